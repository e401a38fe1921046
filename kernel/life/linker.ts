import { readFileSync, realpathSync, statSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { compileFunction, constants } from 'node:vm'
import { KernelError, reason } from '../errors.js'
import type { Found } from './catalogue.js'
import { checkDefinition } from './check-definition.js'
import type { PluginDefinition } from './definition.js'
import { inScope } from './scope.js'

/** One linked copy of a plugin's code, with nothing in it shared with earlier or later copies. */
export interface Linked {
  readonly definition: PluginDefinition
  /** The files it was made of. */
  readonly files: readonly string[]
  /** tsyringe as this copy sees it: it keeps every decorated class for ever, so each copy has its own. */
  tsyringe(): typeof import('tsyringe')
}

interface CommonJsModule extends NodeJS.Module {
  _compile(source: string, filename: string): void
}
const ModuleClass = Module as unknown as { new (id: string, parent: NodeJS.Module | undefined): CommonJsModule }

/** What code does while it is linked belongs to its plugin and to no generation, so that it can only be reported. */
const LINKING = {}
const shared = createRequire(__filename)
const TSYRINGE = dirname(realpathSync(shared.resolve('tsyringe'))) + sep
const OURSELVES = /^patchbay(\/|$)/
/** As `tsc` writes requests within a plugin: they name the very file. */
const EXACT = /^\.\.?\/.*\.(js|json)$/

type Run = (this: unknown, ...wrapped: [unknown, NodeJS.Module['require'], NodeJS.Module, string, string]) => void
/** Every copy runs tsyringe anew, but its files are compiled once: that is half of the work of linking a plugin. */
const compiled = new Map<string, Run>()
/** Where tsyringe's own requests lead, by folder and request; that cannot change while the process runs. */
const settled = new Map<string, string>()

/**
 * Links the code of a plugin afresh. Files inside it, and tsyringe, run anew; everything else is the ordinary shared
 * `require`. The whole file set is read now.
 */
export function link({ name, folder, entry, given }: Found): Linked {
  if (given)
    return { definition: checkDefinition(name, { default: given }), files: [], tsyringe: () => shared('tsyringe') }
  const own = realpathSync(folder) + sep
  const modules = new Map<string, CommonJsModule>()

  const isOwn = (file: string) =>
    (file.startsWith(own) && !file.includes(`${sep}node_modules${sep}`, own.length - 1)) || file.startsWith(TSYRINGE)

  const resolved = new Map<string, string>()

  const load = (file: string, parent: NodeJS.Module | undefined): unknown => {
    const known = modules.get(file)
    if (known) return known.exports
    const module = new ModuleClass(file, parent)
    module.filename = file
    module.paths = []
    modules.set(file, module)
    module.require = ((request: string) => requireFrom(module, request)) as NodeJS.Require
    if (file.startsWith(TSYRINGE)) runCompiled(module)
    else if (file.endsWith('.json')) module.exports = JSON.parse(readFileSync(file, 'utf8'))
    else runAfresh(module)
    module.loaded = true
    return module.exports
  }

  const requireFrom = (module: NodeJS.Module, request: string): unknown => {
    if (OURSELVES.test(request)) return shared(request)
    const known = module.filename.startsWith(TSYRINGE) ? settled : resolved
    const key = `${dirname(module.filename)} ${request}`
    const file = known.get(key) ?? find(module.filename, request)
    known.set(key, file)
    return isOwn(file) ? load(file, module) : shared(file)
  }

  try {
    const exported = inScope({ plugin: name, generation: 0, house: LINKING }, () =>
      load(realpathSync(entry), undefined),
    )
    return {
      definition: checkDefinition(name, exported),
      files: [...modules.keys()].filter(file => !file.startsWith(TSYRINGE)),
      tsyringe: () => load(realpathSync(shared.resolve('tsyringe')), undefined) as typeof import('tsyringe'),
    }
  } catch (thrown) {
    if (thrown instanceof KernelError) throw thrown
    throw new KernelError('link_failed', `plugin "${name}" cannot be linked: ${reason(thrown)}${where(thrown, own)}`, {
      hint: 'mend the file and load it again',
      cause: thrown,
    })
  }
}

function runCompiled(module: CommonJsModule): void {
  const { filename } = module
  const run = compiled.get(filename) ?? compile(readFileSync(filename, 'utf8'), filename)
  compiled.set(filename, run)
  begin(run, module)
}

/** Node's own way costs twice as much, and is needed where somebody has switched source maps on. */
function runAfresh(module: CommonJsModule): void {
  const { filename } = module
  const source = readFileSync(filename, 'utf8')
  if (process.sourceMapsEnabled) module._compile(source, filename)
  else begin(compile(source, filename), module)
}

function compile(source: string, filename: string): Run {
  return compileFunction(source, ['exports', 'require', 'module', '__filename', '__dirname'], {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }) as Run
}

function begin(run: Run, module: CommonJsModule): void {
  const { filename, exports, require } = module
  run.call(exports, exports, require, module, filename, dirname(filename))
}

/** A plugin outside this repository finds its own packages first and ours after them. */
function find(from: string, request: string): string {
  if (EXACT.test(request)) {
    const file = join(dirname(from), request)
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file
  }
  try {
    return createRequire(from).resolve(request)
  } catch (thrown) {
    if (request.startsWith('.') || request.startsWith(sep)) throw thrown
    try {
      return shared.resolve(request)
    } catch {
      throw thrown
    }
  }
}

/** ` (folder/file.js:3)`, when the stack names a file of the plugin. */
function where(thrown: unknown, own: string): string {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
  const at = stack.indexOf(own)
  if (at < 0) return ''
  const place = /^[^\s)]*?:\d+/.exec(stack.slice(at + own.length))
  return place ? ` (${place[0]})` : ''
}
