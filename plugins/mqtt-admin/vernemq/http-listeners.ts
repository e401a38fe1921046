import { KernelError, type ListenOptions, type OpenListener, type PluginContext, reason } from 'patchbay'
import type { ListenerOptions } from '../backend.js'

/** An HTTP listener that was started by a call: it outlives reloads, and ends with the process. */
interface Started {
  readonly options: ListenOptions
  /** Undefined while it is stopped. */
  opened: OpenListener | undefined
}

type Kept = Map<string, Started>

export interface HttpListenerRow {
  readonly type: 'http' | 'https'
  readonly status: 'running' | 'stopped'
  readonly address: string
  readonly port: number
  readonly maxConnections: number | undefined
  readonly connections: number
  readonly totalConnections: number
  readonly certfile: string | undefined
  readonly keyfile: string | undefined
}

/** The listeners that carry this API, and more of them: they carry what the configured one carries. */
export class HttpListeners {
  readonly #ctx: PluginContext
  readonly #kept: Kept

  private constructor(ctx: PluginContext, kept: Kept) {
    this.#ctx = ctx
    this.#kept = kept
  }

  static async open(ctx: PluginContext): Promise<HttpListeners> {
    const kept = await ctx.keep<Kept>('http listeners of vernemq', {
      open: () => new Map(),
      close: async started => void (await Promise.all([...started.values()].map(({ opened }) => opened?.close()))),
    })
    return new HttpListeners(ctx, kept)
  }

  list(): HttpListenerRow[] {
    const running = this.#ctx.http.list().filter(({ handlers }) => handlers.includes('vernemq'))
    const shown = running.map(({ address, port, tls, maxConnections, connections, totalConnections }) => {
      const figures = { maxConnections, connections, totalConnections }
      return this.#row({ address, port, tls }, 'running', figures)
    })
    const stopped = [...this.#kept.values()].filter(({ opened }) => !opened)
    const none = { connections: 0, totalConnections: 0 }
    return [
      ...shown,
      ...stopped.map(({ options: { ip = '', port, tls = false, maxConnections } }) =>
        this.#row({ address: ip, port, tls }, 'stopped', { maxConnections, ...none }),
      ),
    ]
  }

  /** Whether it is there, but not to be stopped here: it belongs to the configuration. */
  isConfigured(address: string, port: number): boolean {
    const open = this.#ctx.http.list().some(each => each.address === address && each.port === port)
    return open && !this.#kept.has(keyOf(address, port))
  }

  async start({ transport, address, port, maxConnections = 0, certificate = {} }: ListenerOptions): Promise<void> {
    const key = keyOf(address, port)
    if (this.#kept.has(key) || this.isConfigured(address, port)) {
      throw new KernelError('conflict', `there is a listener on ${address}:${port} already`)
    }
    const { certfile, keyfile } = certificate
    const options: ListenOptions = {
      ip: address,
      port,
      tls: transport === 'tls' || transport === 'wss',
      ...(certfile !== undefined && { certfile }),
      ...(keyfile !== undefined && { keyfile }),
      ...(maxConnections > 0 && { maxConnections }),
      requestHandlers: { '/': 'vernemq' },
    }
    // Taken before anything is waited for, so that two calls do not open it twice.
    const started: Started = { options, opened: undefined }
    this.#kept.set(key, started)
    try {
      started.opened = await this.#ctx.http.open(options)
    } catch (thrown) {
      this.#kept.delete(key)
      throw thrown
    }
  }

  /** False when none of that address was started here. */
  stop(address: string, port: number): boolean {
    const started = this.#kept.get(keyOf(address, port))
    if (!started) return false
    const { opened } = started
    started.opened = undefined
    // It accepts nobody from this turn on. What is under way may be this very request, so it is not waited for.
    opened?.close().catch(thrown => this.#ctx.log.warn(`the listener on ${address}:${port}: ${reason(thrown)}`))
    return true
  }

  async restart(address: string, port: number): Promise<boolean> {
    const started = this.#kept.get(keyOf(address, port))
    if (!started) return false
    started.opened ??= await this.#ctx.http.open(started.options)
    return true
  }

  delete(address: string, port: number): boolean {
    this.stop(address, port)
    return this.#kept.delete(keyOf(address, port))
  }

  #row(
    { address, port, tls }: { address: string; port: number; tls: boolean },
    status: HttpListenerRow['status'],
    figures: Pick<HttpListenerRow, 'maxConnections' | 'connections' | 'totalConnections'>,
  ): HttpListenerRow {
    const { certfile, keyfile } = this.#kept.get(keyOf(address, port))?.options ?? {}
    return { type: tls ? 'https' : 'http', status, address, port, certfile, keyfile, ...figures }
  }
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`
}
