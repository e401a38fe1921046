import { didYouMean } from '../config/nearest.js'
import { lent } from '../config/schema.js'
import { KernelError } from '../errors.js'
import type { PluginDefinition } from './definition.js'

/** What stands at the top of patchbay.yml and belongs to whoever asks for it. */
const LENT: readonly string[] = Object.keys(lent)

const FIELDS: Record<keyof PluginDefinition, (value: unknown) => boolean> = {
  name: isText,
  version: isText,
  description: isText,
  aliases: isTextList,
  requires: isTextList,
  uses: isTextList,
  topLevel: value => isTextList(value) && (value as string[]).every(name => LENT.includes(name)),
  advise: value => typeof value === 'function',
  config: value => typeof (value as { safeParse?: unknown })?.safeParse === 'function',
  permissions: value => isRecord(value) && Object.values(value).every(isText),
  storage: value => isTextList(value) || isRecord(value),
  autostart: value => typeof value === 'boolean',
  start: value => typeof value === 'function',
}
const WANTED: Record<keyof PluginDefinition, string> = {
  name: 'a text',
  version: 'a text',
  description: 'a text',
  aliases: 'a list of texts',
  requires: 'a list of plugin names',
  uses: 'a list of service names',
  topLevel: `a list of names out of ${LENT.join(', ')}`,
  advise: 'a function',
  config: 'a zod schema',
  permissions: 'an object of name: description',
  storage: 'a list of namespaces, or an object of name: schema',
  autostart: 'true or false',
  start: 'a function',
}
const MANDATORY = ['name', 'version', 'start'] as const

/** The definition that a plugin's folder exports by default, or an error that says what is wrong with it. */
export function checkDefinition(folderName: string, exported: unknown): PluginDefinition {
  const refuse = (what: string, hint?: string) =>
    new KernelError('definition_invalid', `plugin "${folderName}" cannot be used: ${what}`, hint ? { hint } : {})
  const candidate = definitionIn(exported)
  if (!isRecord(candidate)) {
    throw refuse(
      'its index file has no default export',
      'end it with: export default plugin({ name, version, start }), or in CommonJS module.exports = plugin({ … })',
    )
  }
  for (const field of MANDATORY) if (candidate[field] === undefined) throw refuse(`its definition has no "${field}"`)
  for (const [field, value] of Object.entries(candidate)) {
    const check = FIELDS[field as keyof PluginDefinition]
    if (!check) throw refuse(`its definition has an unknown field "${field}"${didYouMean(field, Object.keys(FIELDS))}`)
    if (value !== undefined && !check(value))
      throw refuse(`"${field}" must be ${WANTED[field as keyof PluginDefinition]}`)
  }
  const definition = candidate as unknown as PluginDefinition
  if (definition.name !== folderName) {
    throw refuse(`it calls itself "${definition.name}"`, 'the name in the definition must be that of the folder')
  }
  return definition
}

/** `export default`, or a CommonJS file whose `module.exports` is the definition itself. */
function definitionIn(exported: unknown): unknown {
  if (!isRecord(exported)) return undefined
  return exported['default'] ?? ('start' in exported ? exported : undefined)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
