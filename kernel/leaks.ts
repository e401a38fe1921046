import { createHook } from 'node:async_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { currentScope } from './life/scope.js'

/** Kinds of resources, as Node's async_hooks name them, that keep running after their plugin has ended. */
const KINDS: Record<string, string> = {
  Timeout: 'timer',
  TCPWRAP: 'TCP connection',
  TCPSERVERWRAP: 'TCP server',
  PIPEWRAP: 'pipe',
  PIPESERVERWRAP: 'pipe server',
  UDPWRAP: 'UDP socket',
  FSEVENTWRAP: 'file watcher',
  PROCESSWRAP: 'child process',
}
/** Closing a socket takes a turn or two. */
const PATIENCE_MS = 500

interface Resource {
  house: object
  kind: string
  plugin: string
  where: string
  handle: { hasRef?(): boolean }
}

/** Notes every timer and socket that code of a plugin opens, for as long as a test runs. */
export class Leaks {
  readonly #open = new Map<number, Resource>()
  readonly #hook = createHook({
    init: (id, type, _trigger, handle) => {
      const kind = KINDS[type]
      const scope = kind === undefined ? undefined : currentScope()
      if (kind && scope) {
        const { plugin, house } = scope
        this.#open.set(id, { house, kind, plugin, where: openedAt(), handle })
      }
    },
    destroy: id => void this.#open.delete(id),
  }).enable()

  /** What plugins of this house still have open and would keep the process alive. */
  async close(house: object): Promise<string[]> {
    const until = performance.now() + PATIENCE_MS
    let left = this.#left(house)
    while (left.length > 0 && performance.now() < until) {
      await pause(10)
      left = this.#left(house)
    }
    this.#hook.disable()
    return left.map(({ kind, plugin, where }) => `${plugin}: ${kind}${where}`)
  }

  #left(house: object): Resource[] {
    return [...this.#open.values()].filter(each => each.house === house && (each.handle.hasRef?.() ?? true))
  }
}

/** The first line of the stack that is neither Node's nor the kernel's. */
function openedAt(): string {
  const lines = new Error().stack?.split('\n').slice(2) ?? []
  const line = lines.find(each => !each.includes('node:') && !/[/\\]kernel[/\\](leaks|life|http)/.test(each))
  return line ? ` opened${line.replace(/^\s*at/, ' at')}` : ''
}
