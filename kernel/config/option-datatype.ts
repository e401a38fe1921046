import { innermost, shapeOf } from './plugin-options.js'

/** What an option takes, in EMQ's words: `integer`, `flag`, or `integer, flag` where it takes either. */
export function datatypeOf(schema: unknown, key: string): string {
  let at = schema
  for (const step of key.split('.')) at = shapeOf(at)?.[step]
  return [...new Set(typesOf(at))].join(', ') || 'string'
}

function typesOf(schema: unknown): string[] {
  const def = innermost(schema)
  switch (def?.['type']) {
    case 'union':
      return (def['options'] as unknown[]).flatMap(typesOf)
    case 'literal':
      return (def['values'] as unknown[]).map(value => (typeof value === 'boolean' ? 'flag' : 'enum'))
    case 'number':
      return [isWhole(def) ? 'integer' : 'float']
    case 'boolean':
      return ['flag']
    case 'enum':
      return ['enum']
    default:
      return ['string']
  }
}

function isWhole({ format, checks = [] }: { format?: unknown; checks?: unknown }): boolean {
  const formats = (checks as { _zod: { def: { format?: unknown } } }[]).map(check => check._zod.def.format)
  return [format, ...formats].some(each => each === 'safeint' || each === 'int32' || each === 'uint32')
}
