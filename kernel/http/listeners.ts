import type { Settings } from '../config/schema.js'
import { KernelError, reason } from '../errors.js'
import type { HttpListener } from '../life/definition.js'
import type { App } from './app.js'
import { type Certificate, readCertificates, selfSignedCertificate } from './certificate.js'
import { Listener } from './listener.js'
import type { Wanted } from './wanted.js'

export { type Wanted, wantedListeners } from './wanted.js'

/** Every HTTP server of the process. */
export class Listeners {
  readonly #app: App
  readonly #settings: () => Settings
  readonly #warn: (sentence: string) => void
  readonly #closing = new Set<Promise<void>>()
  #open = new Map<string, Listener>()
  /** Those that their openers close. */
  readonly #others = new Set<Listener>()

  constructor(app: App, settings: () => Settings, warn: (sentence: string) => void = () => {}) {
    this.#app = app
    this.#settings = settings
    this.#warn = warn
  }

  get addresses(): { name: string; tls: boolean; faces: string[] }[] {
    return [...this.#open.values()].map(({ carrier }) => ({
      name: carrier.name,
      tls: carrier.tls,
      faces: [...carrier.mounts.names],
    }))
  }

  /**
   * Opens, changes and closes listeners until they are as `wanted`; unchanged sockets are not touched. When one cannot
   * be opened, all are as before. Those that leave finish their requests in the background, within `graceMs`.
   */
  async apply(wanted: readonly Wanted[], graceMs: number): Promise<void> {
    const keys = new Set(wanted.map(keyOf))
    const leaving = [...this.#open].filter(([key]) => !keys.has(key)).map(([, listener]) => listener)
    const entering = wanted.filter(each => !this.#open.has(keyOf(each)))
    const inTheWay = leaving.filter(({ wanted: { port } }) => port !== 0 && entering.some(each => each.port === port))
    const certificates = new Map<Wanted, Certificate[]>()
    const opened = new Map<string, Listener>()
    try {
      for (const each of wanted) certificates.set(each, await this.#certificates(each))
      for (const listener of inTheWay) this.#leave(listener, graceMs)
      for (const each of entering) opened.set(keyOf(each), await this.#openOne(each, certificates.get(each)!))
    } catch (thrown) {
      await Promise.all([...opened.values()].map(listener => listener.close(0)))
      for (const listener of inTheWay) await this.#reopen(listener)
      throw this.#withWhatHolds(thrown)
    }
    const now = new Map<string, Listener>()
    for (const each of wanted) {
      const key = keyOf(each)
      const staying = this.#open.get(key)
      staying?.become(each, certificates.get(each)!)
      now.set(key, (staying ?? opened.get(key))!)
    }
    this.#open = now
    for (const listener of leaving) if (!inTheWay.includes(listener)) this.#leave(listener, graceMs)
  }

  /** Every open one, those of the configuration first. */
  list(): HttpListener[] {
    return [...this.#open.values(), ...this.#others].map(listener => listener.shown)
  }

  /** Opens one listener and leaves closing it to the caller. */
  async open(wanted: Wanted): Promise<Listener> {
    const listener = await this.#openOne(wanted, await this.#certificates(wanted))
    this.#others.add(listener)
    return listener
  }

  /** Closes what `open` has opened. */
  closeOne(listener: Listener, graceMs: number): Promise<void> {
    this.#others.delete(listener)
    return listener.close(graceMs)
  }

  /** Stops accepting at once; resolves when every request has finished or `graceMs` milliseconds have passed. */
  async close(graceMs: number): Promise<void> {
    await this.apply([], graceMs)
    await Promise.all(this.#closing)
  }

  #openOne(wanted: Wanted, certificates: Certificate[]): Promise<Listener> {
    return Listener.open(wanted, this.#app, this.#settings, certificates, this.#warn)
  }

  #leave(listener: Listener, graceMs: number): void {
    const closed = listener.close(graceMs).finally(() => this.#closing.delete(closed))
    this.#closing.add(closed)
  }

  async #reopen({ wanted }: Listener): Promise<void> {
    try {
      this.#open.set(keyOf(wanted), await this.#openOne(wanted, await this.#certificates(wanted)))
    } catch (thrown) {
      this.#open.delete(keyOf(wanted))
      this.#warn(`the listener on ${wanted.ip}:${wanted.port} is lost: ${reason(thrown)}`)
    }
  }

  #withWhatHolds(thrown: unknown): unknown {
    if (!(thrown instanceof KernelError)) return thrown
    const holds = this.#open.size > 0 ? 'the listeners are as before' : 'nothing was started'
    return new KernelError(thrown.code, `${thrown.message}; ${holds}`, {
      cause: thrown.cause,
      ...(thrown.hint ? { hint: thrown.hint } : {}),
    })
  }

  async #certificates({ tls, certfile, keyfile }: Wanted): Promise<Certificate[]> {
    if (!tls) return []
    return this.certificates(certfile ? (keyfile ? [certfile, keyfile] : [certfile]) : [])
  }

  /** Those in the files, else those of the configuration, else the self-signed one. */
  async certificates(files: readonly string[]): Promise<Certificate[]> {
    const { certfiles, data, hosts } = this.#settings()
    if (files.length > 0) return readCertificates(files, 'certfile')
    return certfiles.length > 0 ? readCertificates(certfiles, 'certfiles') : selfSignedCertificate(data, hosts)
  }
}

/** What cannot change on an open socket. A port that the system picks belongs to its entry. */
function keyOf({ ip, port, tls, setting }: Wanted): string {
  return JSON.stringify([ip, port, tls, port === 0 ? setting : ''])
}
