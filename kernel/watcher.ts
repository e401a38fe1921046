import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { injectable } from 'tsyringe'
import { KernelError, reason } from './errors.js'
import { Kernel } from './kernel.js'
import { Catalogue, type Found } from './life/catalogue.js'
import { DesiredState } from './life/desired.js'
import { link } from './life/linker.js'
import { Roster } from './life/roster.js'
import { Log } from './log.js'
import { WatchedTree } from './watched-tree.js'

/** A compiler writes a file in several steps; the last one within this time counts. */
const SETTLE_MS = 25
/** For how long an empty file counts as one that is being written. */
const WRITING_MS = 500

/** For development: whatever is saved in a plugin's folder is live a moment later. */
@injectable()
export class Watcher {
  readonly #kernel: Kernel
  readonly #catalogue: Catalogue
  readonly #roster: Roster
  readonly #desired: DesiredState
  readonly #log: Log
  readonly #trees: WatchedTree[] = []
  readonly #pending = new Map<string, NodeJS.Timeout>()
  /** What each plugin's files said when they were last looked at: a file that is written again as it was is no news. */
  readonly #prints = new Map<string, string>()
  readonly #busy = new Set<Promise<void>>()

  constructor(kernel: Kernel, catalogue: Catalogue, roster: Roster, desired: DesiredState, log: Log) {
    this.#kernel = kernel
    this.#catalogue = catalogue
    this.#roster = roster
    this.#desired = desired
    this.#log = log
  }

  start(): void {
    for (const folder of this.#catalogue.folders) {
      this.#trees.push(
        new WatchedTree(folder, (at, file) => {
          const [name] = relative(folder, join(at, file)).split(sep)
          if (name && name !== file && isCode(file)) this.#touched(name)
        }),
      )
    }
    for (const found of this.#catalogue.list().filter(each => !each.given))
      this.#prints.set(found.name, fingerprint(found.folder) ?? '')
    const folders = this.#catalogue.folders.join(', ')
    this.#log.kernel.info(`watching the plugins in ${folders}: save a file and its plugin is reloaded`)
  }

  /** Stops watching; resolves when no reload is under way any more. */
  async close(): Promise<void> {
    for (const tree of this.#trees.splice(0)) tree.close()
    for (const timer of this.#pending.values()) clearTimeout(timer)
    this.#pending.clear()
    await Promise.all(this.#busy)
  }

  #touched(name: string): void {
    clearTimeout(this.#pending.get(name))
    this.#pending.set(
      name,
      setTimeout(() => {
        this.#pending.delete(name)
        const job = this.#saved(name)
        this.#busy.add(job)
        void job.finally(() => this.#busy.delete(job))
      }, SETTLE_MS),
    )
  }

  async #saved(name: string): Promise<void> {
    const began = performance.now()
    try {
      const found = this.#catalogue.list().find(each => each.name === name)
      if (!found) return
      const print = fingerprint(found.folder)
      if (print === undefined) return this.#touched(name)
      if (print === this.#prints.get(name)) return
      this.#prints.set(name, print)
      if (!(await this.#renew(found))) return
      const number = this.#roster.get(name)?.live?.number
      const ms = (performance.now() - began).toFixed(1)
      this.#log.kernel.info(`plugin "${name}" was saved: generation ${number ?? '–'} answers after ${ms} ms`)
    } catch (thrown) {
      // A plugin that is loaded has logged the sentence itself, with what keeps serving.
      if (this.#roster.get(name)) return
      const hint = thrown instanceof KernelError ? thrown.hint : undefined
      this.#log.kernel.error({ hint }, `plugin "${name}" was saved: ${reason(thrown)}`)
    }
  }

  /** Reloads, or starts what should be running and is not: because it is new, or because it could not start before. */
  async #renew(found: Found): Promise<boolean> {
    const { name } = found
    const loaded = this.#roster.get(name)
    if (loaded) {
      const failed = loaded.state === 'failed'
      await this.#kernel.reload(name)
      if (failed) await this.#kernel.start(name)
      return true
    }
    const desired = this.#desired.of(name)
    const wanted = desired ? desired.active : (link(found).definition.autostart ?? true)
    if (wanted) await this.#kernel.start(name)
    else if (desired?.loaded) await this.#kernel.load(name)
    return wanted
  }
}

function isCode(file: string): boolean {
  return (file.endsWith('.js') && !file.endsWith('.test.js')) || file.endsWith('.json')
}

/** What all code in a plugin's folder says; undefined while a file of it is being written. */
function fingerprint(folder: string): string | undefined {
  const hash = createHash('sha1')
  let writing = false
  const read = (at: string) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && !entry.name.startsWith('.')) read(path)
      } else if (isCode(entry.name)) {
        const code = readFileSync(path)
        // On a busy machine a compiler may be interrupted between emptying a file and filling it.
        if (code.length === 0 && Date.now() - statSync(path).mtimeMs < WRITING_MS) writing = true
        hash.update(`${path}\0`).update(code)
      }
    }
  }
  read(folder)
  return writing ? undefined : hash.digest('base64')
}
