import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve, sep } from 'node:path'
import type { Command } from './command.js'
import { startCompiler } from './compiler.js'
import { isRepository } from './installation.js'
import { prepareProject } from './plugin/project.js'
import { serveHere } from './serve.js'

/** A plugin that is written while the server runs is noticed this often. */
const LOOK_MS = 1000
/** `tsc --watch` does not watch folders that are nearer to the root than this. */
const WATCHABLE_DEPTH = 4

export const dev: Command = {
  name: 'dev',
  summary: 'runs the server, compiles what is saved, and reloads it',
  details:
    "Compiles Patchbay's own repository when that is the current folder, and every folder with a tsconfig.json in the\nplugin_folders of the configuration.",
  options: ['data'],
  example: 'patchbay dev',
  async run({ options }) {
    await serveHere(options, true)
    const { loadSettings } = await import('../config/settings.js')
    const { plugin_folders } = loadSettings().settings
    // From here on the watcher sees what the compilers write.
    const compilers = new Compilers()
    process.once('exit', () => compilers.end())
    const look = () => {
      if (isRepository(process.cwd())) compilers.watch(process.cwd())
      for (const project of plugin_folders.flatMap(projectsIn)) compilers.watch(project)
    }
    look()
    setInterval(look, LOOK_MS).unref()
  },
}

/** One `tsc --watch` for each project. */
class Compilers {
  readonly #running = new Map<string, ChildProcess | undefined>()
  #links: string | undefined

  watch(project: string): void {
    if (this.#running.has(project)) return
    // Also one that cannot start: it is complained about once.
    this.#running.set(project, undefined)
    try {
      if (project !== process.cwd() || !isRepository(project)) prepareProject(project)
      const compiler = startCompiler(this.#watchable(project), '--watch', '--preserveWatchOutput')
      const ended = (why: string) => process.stderr.write(`patchbay: the compiler of ${project} ended: ${why}\n`)
      compiler.once('error', thrown => ended(thrown.message))
      compiler.once('exit', code => {
        if (code) ended(`exit code ${code}`)
      })
      this.#running.set(project, compiler)
    } catch (thrown) {
      process.stderr.write(`patchbay: ${project} is not compiled: ${(thrown as Error).message}\n`)
    }
  }

  end(): void {
    for (const compiler of this.#running.values()) compiler?.kill()
    if (this.#links) rmSync(this.#links, { recursive: true, force: true })
  }

  /** The project's folder, or a link to it that is far enough from the root. */
  #watchable(project: string): string {
    if (project.split(sep).filter(Boolean).length >= WATCHABLE_DEPTH) return project
    this.#links ??= mkdtempSync(join(tmpdir(), 'patchbay-dev-'))
    const link = join(this.#links, 'watched', String(this.#running.size), basename(project))
    mkdirSync(join(link, '..'), { recursive: true })
    symlinkSync(resolve(project), link)
    return link
  }
}

function projectsIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .map(name => join(folder, name))
    .filter(project => existsSync(join(project, 'tsconfig.json')))
}
