import type { z } from 'zod'
import { KernelError } from '../errors.js'
import { check } from './schema.js'

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

/** The plugin's configuration, checked by its schema; without one only an empty block is right. */
export function checkPluginConfig(
  plugin: string,
  schema: z.ZodType | undefined,
  block: Record<string, unknown>,
  where: string,
): unknown {
  if (schema) return check(schema, block, where, `plugins.${plugin}`)
  const [unknown] = Object.keys(block)
  if (unknown === undefined) return {}
  throw new KernelError(
    'config_invalid',
    `${where}: unknown option "plugins.${plugin}.${unknown}"; this plugin has no options`,
  )
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
  return [...flatten(isRecord(config) ? config : {})].map(([key, value]) => ({
    key,
    value: asText(value),
    description: describe(schema, key),
    source: overridden.has(key) ? 'override' : inFile.has(key) ? 'file' : 'default',
  }))
}

/** Texts from the wire as an override block: each takes the type of the value that it replaces. */
export function overrideFromTexts(config: unknown, texts: Record<string, string>): Record<string, unknown> {
  const known = flatten(isRecord(config) ? config : {})
  const block: Record<string, unknown> = {}
  for (const [key, text] of Object.entries(texts)) {
    if (!known.has(key)) throw new KernelError('config_invalid', `there is no option "${key}"`)
    const path = key.split('.')
    let at = block
    for (const step of path.slice(0, -1)) {
      at[step] ??= {}
      at = at[step] as Record<string, unknown>
    }
    at[path.at(-1)!] = typed(text, known.get(key))
  }
  return block
}

function typed(text: string, model: unknown): unknown {
  if (typeof model === 'number') return text.trim() === '' ? text : Number(text)
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

function describe(schema: z.ZodType | undefined, key: string): string {
  let at: unknown = schema
  for (const step of key.split('.')) {
    const shape = shapeOf(at)
    if (!shape) return ''
    at = shape[step]
  }
  return (at as z.ZodType | undefined)?.description ?? ''
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  let def = (schema as { _zod?: { def: Record<string, unknown> } })?._zod?.def
  while (def && 'innerType' in def) def = (def['innerType'] as { _zod: { def: Record<string, unknown> } })._zod.def
  return def?.['shape'] as Record<string, unknown> | undefined
}

function asText(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
