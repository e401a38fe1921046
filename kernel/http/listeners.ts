import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ListenEntry, Settings } from '../config/schema.js'
import { KernelError, reason } from '../errors.js'
import { outsideScopes } from '../life/scope.js'
import type { App } from './app.js'
import { type Certificate, readCertificate, selfSignedCertificate } from './certificate.js'
import { EVERYTHING, type Mounts, readMounts, rebase, unserved } from './mounts.js'
import type { Carrier } from './request.js'

/** A listener as it should be: an entry of `listen`, or one of the defaults. */
export interface Wanted extends Pick<ListenEntry, 'ip' | 'tls' | 'certfile' | 'tag' | 'custom_headers'> {
  port: number
  mounts: Mounts
  /** What a person changes to move it. */
  setting: string
}

interface Open {
  server: Server
  carrier: Carrier
  wanted: Wanted
  close(graceMs: number): Promise<void>
}

const DEFAULTS: { port: number; handlers: Record<string, string[]> }[] = [
  { port: 5280, handlers: { '/admin_rest': ['admin_rest'] } },
  { port: 5281, handlers: { '/api': ['ejabberd'], '/oauth': ['oauth'] } },
  { port: 8888, handlers: { '/': ['vernemq'] } },
  { port: 8080, handlers: EVERYTHING },
]

/** The configured listeners, and those defaults that no entry replaces: by its port, or by mounting the same face. */
export function wantedListeners(settings: Settings, base: string, warn: (sentence: string) => void): Wanted[] {
  const wanted: Wanted[] = []
  const mounted = new Set<string>()
  for (const [index, entry] of settings.listen.entries()) {
    const where = `listen[${index}]`
    if (entry.module !== 'ejabberd_http') {
      warn(`${where}: "${entry.module}" is not an HTTP listener; its plugin's own options set the port`)
      continue
    }
    for (const name of unserved(entry.request_handlers))
      warn(`${where}: "${name}" is not served here; the rest of the entry is`)
    const mounts = readMounts(entry.request_handlers, where, base)
    for (const name of mounts.names) mounted.add(name)
    const port = portOf(entry, where)
    const same = wanted.find(other => port !== 0 && other.port === port && other.ip === entry.ip)
    if (same) {
      const sentence = `"${where}.port": port ${port} on ${entry.ip} is already that of "${same.setting}"`
      throw new KernelError('config_invalid', sentence, { hint: 'put the request_handlers of both under one entry' })
    }
    wanted.push({ ...entry, port, mounts, setting: `${where}.port` })
  }
  const ports = new Set(wanted.map(({ port }) => port))
  for (const { port, handlers } of DEFAULTS) {
    if (ports.has(port)) continue
    const left = Object.entries(rebase(handlers, base)).map(
      ([path, names]) => [path, names.filter(name => !mounted.has(name))] as const,
    )
    const kept = left.filter(([, names]) => names.length > 0)
    if (kept.length === 0) continue
    const mounts = readMounts(Object.fromEntries(kept), `the default listener on port ${port}`, base)
    wanted.push({
      ip: '127.0.0.1',
      port,
      tls: false,
      certfile: undefined,
      tag: undefined,
      custom_headers: undefined,
      mounts,
      setting: 'listen',
    })
  }
  return wanted
}

/** Every HTTP server of the process. */
export class Listeners {
  readonly #app: App
  readonly #settings: () => Settings
  readonly #open = new Map<string, Open>()

  constructor(app: App, settings: () => Settings) {
    this.#app = app
    this.#settings = settings
  }

  get addresses(): { name: string; tls: boolean; faces: string[] }[] {
    return [...this.#open.values()].map(({ carrier }) => ({
      name: carrier.name,
      tls: carrier.tls,
      faces: [...carrier.mounts.served],
    }))
  }

  /** Opens, changes and closes listeners until they are as `wanted`; unchanged sockets are not touched. */
  async apply(wanted: readonly Wanted[], graceMs: number): Promise<void> {
    const keys = new Set(wanted.map(keyOf))
    const leaving = [...this.#open].filter(([key]) => !keys.has(key))
    await Promise.all(leaving.map(([key, open]) => open.close(graceMs).then(() => this.#open.delete(key))))
    for (const each of wanted) {
      const key = keyOf(each)
      const open = this.#open.get(key)
      if (open) {
        open.carrier = carrierFor(each, open.carrier.name)
        open.wanted = each
      } else this.#open.set(key, await this.open(each))
    }
  }

  /** Opens one listener and leaves closing it to the caller. */
  async open(wanted: Wanted): Promise<Open> {
    const certificate = wanted.tls ? await this.#certificate(wanted) : undefined
    const server = outsideScopes(() => this.#createServer(certificate))
    const port = await listen(server, wanted)
    const open: Open = {
      server,
      wanted,
      carrier: carrierFor(wanted, `${wanted.ip}:${port}`),
      close: graceMs => closeGracefully(server, graceMs),
    }
    server.on('request', (request, response) => this.#app.handle(open.carrier, request, response))
    return open
  }

  async close(graceMs: number): Promise<void> {
    await this.apply([], graceMs)
  }

  #createServer(certificate: Certificate | undefined): Server {
    const { limits } = this.#settings()
    const options = {
      requestTimeout: limits.request_seconds * 1000,
      headersTimeout: limits.headers_seconds * 1000,
      maxHeaderSize: 16_384,
    }
    if (!certificate) return createServer(options)
    // node:https costs 10 ms to load, and most installations have no TLS listener.
    const { createServer: createTlsServer } = require('node:https') as typeof import('node:https')
    return createTlsServer({ ...options, ...certificate })
  }

  #certificate(wanted: Wanted): Promise<Certificate> | Certificate {
    const { certfiles, data, hosts } = this.#settings()
    const files = wanted.certfile ? [wanted.certfile] : certfiles
    return files.length > 0 ? readCertificate(files) : selfSignedCertificate(data, hosts)
  }
}

function keyOf(wanted: Wanted): string {
  return JSON.stringify([wanted.ip, wanted.port || wanted.setting, wanted.tls, wanted.certfile])
}

function carrierFor({ tls, tag, mounts, custom_headers }: Wanted, name: string): Carrier {
  return { name, tls, tag, mounts, local: false, headers: custom_headers }
}

function portOf(entry: ListenEntry, where: string): number {
  if (typeof entry.port === 'number') return entry.port
  const port = /^\d{1,5}$/.test(entry.port) ? Number(entry.port) : Number.NaN
  if (port <= 65_535) return port
  throw new KernelError('config_invalid', `"${where}.port": expected a TCP port, got "${entry.port}"`)
}

function listen(server: Server, { ip, port, setting }: Wanted): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'EADDRINUSE') {
        const sentence = `port ${port} on ${ip} is taken by another program, so nothing was started`
        return reject(
          new KernelError('port_taken', sentence, {
            hint: `set another port as "${setting}" in patchbay.yml, or stop the other program`,
            cause: thrown,
          }),
        )
      }
      reject(
        new KernelError('listen_failed', `cannot listen on ${ip} port ${port} ("${setting}"): ${reason(thrown)}`, {
          cause: thrown,
        }),
      )
    })
    server.listen(port, ip, () => {
      server.removeAllListeners('error')
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** Stops accepting, lets the requests under way finish, and cuts what is left after `graceMs` milliseconds. */
function closeGracefully(server: Server, graceMs: number): Promise<void> {
  return new Promise(resolve => {
    const idle = setInterval(() => server.closeIdleConnections(), 20)
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearInterval(idle)
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}
