import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs'
import { join } from 'node:path'

interface Watched {
  readonly watcher: FSWatcher
  readonly identity: string
}

/** A root that does not exist, or not any more, is looked for this often. */
const RETRY_MS = 500

/**
 * All folders below a root, as they come and go. Node's own recursive watch holds a watch for every file, follows
 * `node_modules`, and loses a folder that is made again, as every fresh build does.
 */
export class WatchedTree {
  readonly #changed: (folder: string, file: string) => void
  readonly #folders = new Map<string, Watched>()
  readonly #retry: NodeJS.Timeout

  /** `changed` gets the folder and the name of each file in it that was written, made or removed. */
  constructor(root: string, changed: (folder: string, file: string) => void) {
    this.#changed = changed
    this.#scan(root, 0, () => undefined)
    this.#retry = setInterval(() => {
      const identity = identityOf(root)
      if (identity !== undefined && identity !== this.#folders.get(root)?.identity) this.#scan(root, 0, changed)
    }, RETRY_MS).unref()
  }

  close(): void {
    clearInterval(this.#retry)
    for (const { watcher } of this.#folders.values()) watcher.close()
    this.#folders.clear()
  }

  /** Watches `folder` and what is below it; files in folders that are new count as changed. */
  #scan(folder: string, depth: number, changed: (folder: string, file: string) => void): void {
    const identity = identityOf(folder)
    const known = this.#folders.get(folder)
    if (known && known.identity !== identity) {
      known.watcher.close()
      this.#folders.delete(folder)
    }
    if (identity === undefined) return
    const fresh = !this.#folders.has(folder)
    if (fresh && !this.#watch(folder, identity, depth)) return
    for (const entry of entriesOf(folder)) {
      // A plugin's folder may be a link; links further down could lead in circles.
      const below =
        entry.isDirectory() || (depth === 0 && entry.isSymbolicLink() && identityOf(join(folder, entry.name)))
      if (below && !ignored(entry.name)) this.#scan(join(folder, entry.name), depth + 1, changed)
      else if (!below && fresh) changed(folder, entry.name)
    }
  }

  #watch(folder: string, identity: string, depth: number): boolean {
    try {
      const watcher = watch(folder, (event, name) => {
        if (name === null || ignored(name)) return
        // Folders come and go as `rename`, and so does the watched folder itself.
        if (event === 'rename') this.#scan(folder, depth, this.#changed)
        this.#changed(folder, name)
      })
      watcher.on('error', () => this.#forget(folder))
      this.#folders.set(folder, { watcher, identity })
      return true
    } catch {
      // It was removed in the meantime; what is made in its place is noticed one folder up.
      return false
    }
  }

  #forget(folder: string): void {
    this.#folders.get(folder)?.watcher.close()
    this.#folders.delete(folder)
  }
}

function ignored(name: string): boolean {
  return name === 'node_modules' || name.startsWith('.')
}

/** A folder that was removed and made again is another one, even where it gets the same number. */
function identityOf(folder: string): string | undefined {
  const found = statSync(folder, { throwIfNoEntry: false })
  return found?.isDirectory() ? `${found.ino} ${found.birthtimeMs}` : undefined
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
