import { type FSWatcher, watch } from 'node:fs'
import { injectable } from 'tsyringe'
import { reason } from './errors.js'
import { Kernel } from './kernel.js'
import { Roster } from './life/roster.js'
import { Log } from './log.js'

/** A compiler writes a file in several steps; the last one within this time counts. */
const SETTLE_MS = 30

/** For development: reloads a plugin as soon as a file in its folder changes. */
@injectable()
export class Watcher {
  readonly #kernel: Kernel
  readonly #roster: Roster
  readonly #log: Log
  readonly #watchers: FSWatcher[] = []
  readonly #pending = new Map<string, NodeJS.Timeout>()

  constructor(kernel: Kernel, roster: Roster, log: Log) {
    this.#kernel = kernel
    this.#roster = roster
    this.#log = log
  }

  start(): void {
    for (const { name, found } of this.#roster.plugins) {
      const watcher = watch(found.folder, { recursive: true }, (_, file) => {
        if (file?.endsWith('.js') || file?.endsWith('.json')) this.#changed(name)
      })
      watcher.on('error', thrown => this.#log.kernel.warn(`${found.folder} is not watched any more: ${reason(thrown)}`))
      this.#watchers.push(watcher)
    }
    this.#log.kernel.info(`watching ${this.#watchers.length} plugins: save a file and its plugin is reloaded`)
  }

  close(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.close()
    for (const timer of this.#pending.values()) clearTimeout(timer)
  }

  #changed(name: string): void {
    clearTimeout(this.#pending.get(name))
    this.#pending.set(
      name,
      setTimeout(() => {
        this.#pending.delete(name)
        const began = performance.now()
        this.#kernel.reload(name).then(
          ({ live }) => {
            const ms = (performance.now() - began).toFixed(1)
            this.#log.kernel.info(
              `plugin "${name}" was saved: generation ${live?.number ?? '–'} answers after ${ms} ms`,
            )
          },
          // The sentence is in the log already, with what keeps serving.
          () => undefined,
        )
      }, SETTLE_MS),
    )
  }
}
