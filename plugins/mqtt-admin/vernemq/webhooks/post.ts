import { request as overHttp } from 'node:http'
import { request as overTls } from 'node:https'
import type { Occasion } from './hooks.js'

/** Tells an endpoint, within `timeout` milliseconds. Rejects unless it answers 200; what it answers is not read. */
export function post(endpoint: string, { hook, body }: Occasion, timeout: number, signal: AbortSignal): Promise<void> {
  const url = new URL(endpoint)
  const text = JSON.stringify(body)
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'vernemq-hook': hook,
  }
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)])
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? overTls : overHttp)(
      url,
      { method: 'POST', headers, agent: false, signal: limit },
      response => {
        response.destroy()
        if (response.statusCode === 200) resolve()
        else reject(new Error(`it answered ${response.statusCode}`))
      },
    )
    request.once('error', reject)
    request.end(text)
  })
}
