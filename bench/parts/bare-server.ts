import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { answer, argumentOf } from './child.js'
import { cpuMicroseconds } from './cost.js'
import { BODY } from './plugins/many-routes.js'

/** As long as those that Patchbay gives out. */
const REQUEST_ID = 'AbCdEfGh-12345'

const LISTENERS: Record<'raw' | 'koa', () => RequestListener> = {
  raw: () => (_request, response) => {
    const body = JSON.stringify(BODY)
    response.setHeader('X-Request-Id', REQUEST_ID)
    response.setHeader('Content-Type', 'application/json; charset=utf-8')
    response.setHeader('Content-Length', Buffer.byteLength(body))
    response.end(body)
  },
  koa: () => {
    const koa = new Koa()
    koa.use(ctx => {
      ctx.res.setHeader('X-Request-Id', REQUEST_ID)
      ctx.body = BODY
    })
    return koa.callback()
  },
}

const server = createServer(LISTENERS[argumentOf<{ kind: 'raw' | 'koa' }>().kind]())
const listening = new Promise<number>(resolve =>
  server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
)
answer({ port: () => listening, cpu: cpuMicroseconds })
