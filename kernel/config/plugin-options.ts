import type { z } from 'zod'
import { KernelError } from '../errors.js'
import { check } from './check.js'
import { didYouMean } from './nearest.js'

/** One option of a plugin, as the documented configuration endpoints show it. */
export interface PluginOption {
  /** Dotted path. */
  key: string
  value: string
  description: string
  source: 'default' | 'file' | 'environment' | 'override'
}

/** The values of `blocks`, later ones winning key by key. */
export function merge(...blocks: Record<string, unknown>[]): Record<string, unknown> {
  const merged: Record<string, unknown> = {}
  for (const block of blocks) {
    for (const [key, value] of Object.entries(block)) {
      const earlier = merged[key]
      merged[key] = isRecord(earlier) && isRecord(value) ? merge(earlier, value) : value
    }
  }
  return merged
}

/**
 * A plugin's configuration, checked by its schema; without one only an empty block is right.
 * `path` is where the block stands, `alsoKnown` what is right there without being the plugin's own.
 */
export function checkPluginConfig(
  path: string,
  { config: schema, topLevel = [] }: { config?: z.ZodType; topLevel?: readonly string[] },
  block: Record<string, unknown>,
  where: string,
  alsoKnown: Iterable<string> = [],
): unknown {
  if (schema) return check(schema, block, where, path, alsoKnown, topLevel)
  const [unknown] = Object.keys(block)
  if (unknown === undefined) return {}
  const meant = didYouMean(unknown, alsoKnown) || '; this plugin has no options'
  throw new KernelError('config_invalid', `${where}: unknown option "${path}.${unknown}"${meant}`, {
    hint: 'mend or remove it; patchbay config show lists every option with its source',
  })
}

/** Every option as a line of text, in the order of the schema. */
export function listOptions(
  schema: z.ZodType | undefined,
  config: unknown,
  written: Record<string, unknown>,
  override: Record<string, unknown>,
): PluginOption[] {
  const inFile = flatten(written)
  const overridden = flatten(override)
  return [...known(schema, config)].map(([key, value]) => ({
    key,
    value: asText(value),
    description: describe(schema, key),
    source: overridden.has(key) ? 'override' : inFile.has(key) ? 'file' : 'default',
  }))
}

/** Texts from the wire as an override block: each takes the type of the value that it replaces. */
export function overrideFromTexts(
  path: string,
  schema: z.ZodType | undefined,
  config: unknown,
  texts: Record<string, string>,
): Record<string, unknown> {
  const options = known(schema, config)
  const block: Record<string, unknown> = {}
  for (const [key, text] of Object.entries(texts)) {
    if (!options.has(key)) {
      const meant = didYouMean(key, options.keys())
      throw new KernelError('config_invalid', `unknown option "${path}.${key}"${meant}; nothing was changed`)
    }
    const steps = key.split('.')
    let at = block
    for (const step of steps.slice(0, -1)) {
      at[step] ??= {}
      at = at[step] as Record<string, unknown>
    }
    at[steps.at(-1)!] = typed(text, options.get(key))
  }
  return block
}

function typed(text: string, model: unknown): unknown {
  if (typeof model === 'number') {
    // What is no number stays as it was sent, so that the refusal can show it.
    return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
  }
  if (typeof model === 'boolean') return { true: true, on: true, false: false, off: false }[text] ?? text
  if (typeof model === 'string') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function flatten(block: Record<string, unknown>, prefix = ''): Map<string, unknown> {
  const flat = new Map<string, unknown>()
  for (const [key, value] of Object.entries(block)) {
    if (isRecord(value)) for (const [inner, leaf] of flatten(value, `${prefix}${key}.`)) flat.set(inner, leaf)
    else flat.set(`${prefix}${key}`, value)
  }
  return flat
}

/** Every option with its value, those without one included. */
function known(schema: z.ZodType | undefined, config: unknown): Map<string, unknown> {
  const options = new Map<string, unknown>(namesIn(schema).map(name => [name, undefined]))
  for (const [key, value] of flatten(isRecord(config) ? config : {})) options.set(key, value)
  return options
}

function namesIn(schema: unknown): string[] {
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([name, inner]) => {
    const below = namesIn(inner)
    if (below.length > 0) return below.map(each => `${name}.${each}`)
    return isOpen(inner) ? [] : [name]
  })
}

/** A record's names are its own affair: only those that are set are options. */
function isOpen(schema: unknown): boolean {
  return innermost(schema)?.['type'] === 'record'
}

function describe(schema: z.ZodType | undefined, key: string): string {
  let at: unknown = schema
  for (const step of key.split('.')) {
    const shape = shapeOf(at)
    if (!shape) return ''
    at = shape[step]
  }
  return (at as z.ZodType | undefined)?.description ?? ''
}

export function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  return innermost(schema)?.['shape'] as Record<string, unknown> | undefined
}

/** What a schema is without its wrappers: defaults, optional, nullable. */
export function innermost(schema: unknown): Record<string, unknown> | undefined {
  let def = (schema as { _zod?: { def: Record<string, unknown> } })?._zod?.def
  while (def && 'innerType' in def) def = (def['innerType'] as { _zod: { def: Record<string, unknown> } })._zod.def
  return def
}

function asText(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
