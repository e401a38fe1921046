import { readFileSync } from 'node:fs'
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml'
import { KernelError, reason } from '../errors.js'

type Values = Record<string, unknown>

const NONE: ReadonlySet<string> = new Set()
/** Blocks whose names must differ: two rules of one name are a slip, as in ejabberd. */
const UNIQUE: ReadonlySet<string> = new Set(['api_permissions', 'acl', 'access_rules'])

/** Reads a YAML file as ejabberd does: a repeated key adds to the earlier one instead of being refused. */
export function readYaml(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (thrown) {
    const missing = (thrown as NodeJS.ErrnoException).code === 'ENOENT'
    throw new KernelError(
      missing ? 'config_missing' : 'config_unreadable',
      missing
        ? `the configuration file ${file} does not exist`
        : `the configuration file ${file} cannot be read: ${reason(thrown)}`,
      {
        hint: 'set PATCHBAY_CONFIG to an existing file, or unset it to use ./patchbay.yml or the defaults',
        cause: thrown,
      },
    )
  }
  return parseYaml(text, file)
}

export function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { uniqueKeys: false, merge: true, prettyErrors: true, lineCounter: lines })
  const [problem] = document.errors
  if (problem) throw notYaml(file, problem.message.split('\n')[0]!.replace(/:$/, ''))
  return new Reading(document, file, lines).value(document.contents, UNIQUE) ?? {}
}

/** One document on its way from nodes to plain values. */
class Reading {
  readonly #document: Document
  readonly #file: string
  readonly #lines: LineCounter
  /** An anchor is read once, however often it is used. */
  readonly #known = new Map<Node, unknown>()
  readonly #under = new Set<Node>()

  constructor(document: Document, file: string, lines: LineCounter) {
    this.#document = document
    this.#file = file
    this.#lines = lines
  }

  /** `unique` has the keys of this map whose own keys may not be repeated. */
  value(node: unknown, unique: ReadonlySet<string> = NONE, once = false): unknown {
    if (isAlias(node)) return this.#anchor(node)
    if (isScalar(node)) return node.value
    if (!isMap(node) && !isSeq(node)) return undefined
    if (this.#known.has(node)) return this.#known.get(node)
    if (this.#under.has(node)) throw this.#wrong(node, 'an anchor contains itself')
    this.#under.add(node)
    const value = isSeq(node) ? node.items.map(item => this.value(item)) : this.#map(node, unique, once)
    this.#under.delete(node)
    this.#known.set(node, value)
    return value
  }

  #anchor(alias: Alias): unknown {
    const node = alias.resolve(this.#document)
    if (!node) throw this.#wrong(alias, `there is no anchor "&${alias.source}"`)
    return this.value(node)
  }

  #map(node: YAMLMap, unique: ReadonlySet<string>, once: boolean): Values {
    const values = new Map<string, unknown>()
    const inherited: Values[] = []
    for (const { key, value: inner } of node.items as Pair[]) {
      const name = String(isScalar(key) ? (key.source ?? key.value) : key)
      if (once && values.has(name)) throw this.#twice(key as Node, name)
      const value = this.value(inner, NONE, unique.has(name))
      if (name === '<<') inherited.push(...([value].flat() as Values[]))
      else values.set(name, values.has(name) ? together(values.get(name), value) : value)
    }
    for (const each of inherited) {
      for (const [name, value] of Object.entries(each ?? {})) if (!values.has(name)) values.set(name, value)
    }
    return Object.fromEntries(values)
  }

  #wrong(node: Node, what: string): KernelError {
    return notYaml(this.#file, `${what} at line ${this.#line(node)}`)
  }

  #twice(key: Node, name: string): KernelError {
    const sentence = `${this.#file}: the name "${name}" stands there a second time at line ${this.#line(key)}`
    return new KernelError('config_invalid', sentence, { hint: 'give the second one another name, or merge the two' })
  }

  #line(node: Node): number {
    return this.#lines.linePos(node.range?.[0] ?? 0).line
  }
}

/** Two values of one key: maps are merged, everything else becomes one list. */
function together(earlier: unknown, later: unknown): unknown {
  if (earlier === null || later === null) return earlier ?? later
  if (!isValues(earlier) || !isValues(later)) return [earlier, later].flat()
  const merged = new Map(Object.entries(earlier))
  for (const [key, value] of Object.entries(later)) {
    merged.set(key, merged.has(key) ? together(merged.get(key), value) : value)
  }
  return Object.fromEntries(merged)
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function notYaml(file: string, why: string): KernelError {
  return new KernelError('config_unreadable', `${file} is not YAML: ${why}`, {
    hint: 'look at the indentation, the quotes and the colons around that line',
  })
}
