import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'

/** The folder of this Patchbay: its package.json, its dist, its packages. */
export const INSTALLATION = join(__dirname, '..', '..', '..')

/** Whether `folder` is Patchbay's own repository, where plugins live in `plugins/` and suites in `test/plugins/`. */
export function isRepository(folder: string): boolean {
  if (!existsSync(join(folder, 'plugins')) || !existsSync(join(folder, 'tsconfig.json'))) return false
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string }).name === 'patchbay'
  } catch {
    return false
  }
}

/** Where a package is installed, as seen from a folder; undefined when it is not. */
export function packageFolder(name: string, from: string): string | undefined {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? []
  return places.map(place => join(place, name)).find(folder => existsSync(join(folder, 'package.json')))
}

/** How a command line of ours starts, so that it works when it is pasted into this shell. */
export function ourCommand(): string {
  const ours = join(__dirname, 'patchbay.js')
  const onPath = (process.env['PATH'] ?? '').split(':').some(folder => linksTo(join(folder, 'patchbay'), ours))
  if (onPath) return 'patchbay'
  const short = relative(process.cwd(), ours)
  return `node ${short.length < ours.length ? short : ours}`
}

function linksTo(file: string, target: string): boolean {
  return existsSync(file) && realpathSync(file) === realpathSync(target)
}
