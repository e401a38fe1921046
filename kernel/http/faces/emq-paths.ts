import type { Command } from '../../life/contributions.js'
import { percentDecode } from './face.js'

interface Compiled {
  command: Command<'emq'>
  pattern: RegExp
  names: string[]
}
/** By method and first path segment; the lists stay short. */
export type EmqRegistry = ReadonlyMap<string, readonly Compiled[]>

export interface FoundPath {
  command: Command<'emq'>
  /** The captured parts, form-decoded; undefined when their encoding is broken. */
  captured(): Record<string, string> | undefined
}

export function indexPaths(commands: ReadonlyMap<string, Command<'emq'>>): EmqRegistry {
  const registry = new Map<string, Compiled[]>()
  // What is written out comes before what is captured: `configs/emqttd` before `configs/{app}`.
  const all = [...commands.values()].map(compile).sort((one, other) => one.names.length - other.names.length)
  for (const compiled of all) {
    const { method, path, clipped } = compiled.command.definition
    const first = firstSegment(path)
    for (const segment of clipped && first === path ? [first, first.slice(0, -1)] : [first]) {
      const key = `${method} ${segment}`
      registry.set(key, [...(registry.get(key) ?? []), compiled])
    }
  }
  return registry
}

/** The command for a raw path below `/api/v2/`. The manual says both `nodes/{node}/…` and `node/{node}/…`. */
export function findPath(registry: EmqRegistry, method: string, asked: string): FoundPath | undefined {
  const path = asked.startsWith('node/') ? `nodes/${asked.slice('node/'.length)}` : asked
  for (const { command, pattern, names } of registry.get(`${method} ${firstSegment(path)}`) ?? []) {
    const match = pattern.exec(path)
    if (match) return { command, captured: () => capture(names, match.slice(1)) }
  }
  return undefined
}

const compiledBefore = new WeakMap<Command<'emq'>, Compiled>()

/** Compiled once per generation, however many tables the command lives in. */
function compile(command: Command<'emq'>): Compiled {
  const known = compiledBefore.get(command)
  if (known) return known
  const names: string[] = []
  const source = command.definition.path.replace(/[.*+?^$()|[\]\\]|\{(\w+)(\.\.\.)?\}/g, (found, name, tail) => {
    if (name === undefined) return `\\${found}`
    names.push(name)
    return tail ? '(.+?)' : '([^/]+)'
  })
  const { clipped = false, slash = true } = command.definition
  const compiled = { command, names, pattern: new RegExp(`^${source}${clipped ? '?' : ''}${slash ? '/?' : ''}$`) }
  compiledBefore.set(command, compiled)
  return compiled
}

/** `+` is a blank, as in a form. */
function capture(names: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const decoded = parts.map(part => percentDecode(part.replaceAll('+', ' ')))
  if (decoded.includes(undefined)) return undefined
  return Object.fromEntries(names.map((name, index) => [name, decoded[index]!]))
}

function firstSegment(path: string): string {
  return path.split('/', 1)[0]!
}
