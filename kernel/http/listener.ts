import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Settings } from '../config/schema.js'
import { KernelError, reason } from '../errors.js'
import type { HttpListener } from '../life/definition.js'
import { outsideScopes } from '../life/scope.js'
import type { App } from './app.js'
import type { Certificate } from './certificate.js'
import { closeGracefully } from './close-gracefully.js'
import type { Carrier } from './request.js'
import { upgradable } from './upgradable.js'
import type { Wanted } from './wanted.js'

type Limits = Settings['limits']

/** One open HTTP server: where it listens, and what it carries now. */
export class Listener {
  wanted: Wanted
  carrier: Carrier
  readonly #server: Server
  readonly #app: App
  readonly #settings: () => Settings
  #certificates: Certificate[]
  #closing = false
  /** Connections that have left HTTP. */
  readonly #upgraded = new Set<Duplex>()
  #connections = 0
  #totalConnections = 0

  private constructor(wanted: Wanted, app: App, settings: () => Settings, certificates: Certificate[]) {
    this.wanted = wanted
    this.#app = app
    this.#settings = settings
    this.#certificates = certificates
    this.#server = outsideScopes(() => this.#createServer())
    this.carrier = this.#carrierFor('')
    if (wanted.maxConnections !== undefined) this.#server.maxConnections = wanted.maxConnections
    this.#server.on('connection', socket => {
      this.#connections++
      this.#totalConnections++
      socket.once('close', () => this.#connections--)
    })
    this.#server.on('request', (request, response) => this.#answer(request, response))
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    this.#server.on('checkContinue', (request, response) => {
      // A body that is too large anyway is not asked for.
      if (!(Number(request.headers['content-length']) > this.#settings().limits.body_bytes)) response.writeContinue()
      this.#answer(request, response)
    })
  }

  /** Binds the port; `report` hears what goes wrong with the open socket later. */
  static async open(
    wanted: Wanted,
    app: App,
    settings: () => Settings,
    certificates: Certificate[],
    report: (sentence: string) => void,
  ): Promise<Listener> {
    const listener = new Listener(wanted, app, settings, certificates)
    // Its connections must not inherit the scope of whoever asked for it.
    const port = await outsideScopes(() => listen(listener.#server, wanted))
    listener.#server.on('error', thrown => report(`the listener on ${listener.carrier.name}: ${reason(thrown)}`))
    const name = wanted.ip.includes(':') ? `[${wanted.ip}]:${port}` : `${wanted.ip}:${port}`
    listener.carrier = listener.#carrierFor(name)
    return listener
  }

  get certificates(): Certificate[] {
    return this.#certificates
  }

  get shown(): HttpListener {
    const { ip, tls, mounts, maxConnections } = this.wanted
    return {
      address: ip,
      port: Number(this.carrier.name.split(':').at(-1)),
      tls,
      handlers: [...mounts.names],
      maxConnections,
      connections: this.#connections,
      totalConnections: this.#totalConnections,
    }
  }

  /** Takes over what can change on an open socket: mounts, headers, limits, certificates. */
  become(wanted: Wanted, certificates: Certificate[]): void {
    this.wanted = wanted
    this.carrier = this.#carrierFor(this.carrier.name)
    const { headersTimeout, requestTimeout } = timeouts(this.#settings().limits)
    Object.assign(this.#server, { headersTimeout, requestTimeout })
    this.#certificates = certificates
    const [first] = certificates
    if (first) (this.#server as import('node:https').Server).setSecureContext({ key: first.key, cert: first.cert })
  }

  /** Stops accepting in this very turn, lets requests finish, and cuts what is left after `graceMs` milliseconds. */
  close(graceMs: number): Promise<void> {
    this.#closing = true
    return closeGracefully(this.#server, graceMs, () => this.#upgraded.size)
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (this.#closing) response.shouldKeepAlive = false
    this.#app.handle(this.carrier, request, response)
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#upgraded.add(socket)
    socket.once('close', () => this.#upgraded.delete(socket))
    this.#app.upgrade(this.carrier, request, socket, head)
  }

  #carrierFor(name: string): Carrier {
    const { tls, tag, mounts, custom_headers, allow_ips } = this.wanted
    const { trusted_proxies: proxies } = this.#settings()
    return { name, tls, tag, mounts, local: false, headers: custom_headers, allowed: allow_ips, proxies }
  }

  #createServer(): Server {
    const leaves = (request: IncomingMessage) => this.#app.upgrades(this.carrier, request)
    const options = { ...timeouts(this.#settings().limits), IncomingMessage: upgradable(leaves) }
    const [first] = this.#certificates
    if (!first) return createServer(options)
    // node:https costs 10 ms to load, and most installations have no TLS listener.
    const { createServer: createTlsServer } = require('node:https') as typeof import('node:https')
    const { createSecureContext } = require('node:tls') as typeof import('node:tls')
    return createTlsServer({
      ...options,
      handshakeTimeout: options.headersTimeout,
      key: first.key,
      cert: first.cert,
      SNICallback: (name, answer) => {
        const fitting = this.#certificates.find(each => each.serves(name)) ?? this.#certificates[0]!
        answer(null, createSecureContext({ key: fitting.key, cert: fitting.cert }))
      },
    })
  }
}

function timeouts(limits: Limits): ServerOptions & { headersTimeout: number; requestTimeout: number } {
  const requestTimeout = limits.request_seconds * 1000
  // Node refuses a limit for the headers that is above the one for the whole request.
  const headersTimeout = Math.min(limits.headers_seconds * 1000, requestTimeout)
  const connectionsCheckingInterval = Math.min(Math.max(headersTimeout / 4, 50), 5000)
  return { requestTimeout, headersTimeout, connectionsCheckingInterval, maxHeaderSize: 16_384 }
}

function listen(server: Server, { ip, port, setting }: Wanted): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (thrown: NodeJS.ErrnoException) => reject(sentence(thrown, ip, port, setting))
    server.once('error', failed)
    server.listen(port, ip, () => {
      server.off('error', failed)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function sentence(thrown: NodeJS.ErrnoException, ip: string, port: number, setting: string): KernelError {
  if (thrown.code === 'EADDRINUSE') {
    return new KernelError('port_taken', `port ${port} on ${ip} is taken by another program`, {
      hint: `set another port as ${setting} in patchbay.yml, or stop the other program`,
      cause: thrown,
    })
  }
  const why = WHY[thrown.code ?? ''] ?? reason(thrown)
  return new KernelError('listen_failed', `cannot listen on port ${port} of ${ip} (${setting}): ${why}`, {
    cause: thrown,
  })
}

const WHY: Record<string, string> = {
  EACCES: 'this user may not; ports below 1024 are reserved for the administrator of the machine',
  EADDRNOTAVAIL: 'this machine does not have that address',
}
