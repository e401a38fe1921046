import { nearest } from '../../config/nearest.js'
import { wrongCall } from '../leading-options.js'
import type { LiveCommands } from '../live-commands.js'
import type { Refusal } from '../refusal.js'
import { fields } from '../table.js'
import { argumentsIn, usageOf } from './arguments.js'
import { OWN_WORDS } from './own-words.js'

type EjabberdCommand = LiveCommands['ejabberd']

/** `ejabberdctl help [COMMAND|TAG|PATTERN]`: those that match, by name; one alone with its arguments. */
export function helpOn(asked: string | undefined, commands: readonly EjabberdCommand[], version: number): string {
  const own = [...OWN_WORDS].map(([name, { summary }]) => [name, summary] as const)
  if (asked === undefined) return list([...own, ...commands.map(each => lineOf(each, version))])
  const name = asked.replaceAll('-', '_')
  const pattern = new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
  const found = commands.filter(command => pattern.test(command.name) || command.tags.includes(asked))
  const word = OWN_WORDS.get(asked)
  if (word) return `ejabberdctl ${asked}\n\n${word.summary}`
  if (found.length === 0) throw unknown(asked, commands)
  return found.length === 1 ? page(found[0]!, version) : list(found.map(each => lineOf(each, version)))
}

function page(command: EjabberdCommand, version: number): string {
  const types: Record<string, string> = { string: 'text', integer: 'whole number' }
  return [
    `ejabberdctl ${usageOf(command, version)}`,
    command.description,
    fields([
      ['arguments', argumentsIn(command, version).map(({ name, type }) => `${name} (${types[type] ?? 'list: a,b'})`)],
      ['result', command.result.type],
      ['tags', command.tags.join(', ')],
    ]),
  ].join('\n\n')
}

function lineOf(command: EjabberdCommand, version: number): readonly [string, string] {
  return [usageOf(command, version), command.description]
}

/** The description below a usage that is long: commands have up to ten arguments. */
function list(lines: readonly (readonly [usage: string, description: string])[]): string {
  return [...lines]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([usage, description]) => `  ${usage}\n      ${description}`)
    .join('\n')
}

export function unknown(name: string, commands: readonly EjabberdCommand[]): Refusal {
  const meant = nearest(name.replaceAll('-', '_'), [...commands.map(each => each.name), ...OWN_WORDS.keys()])
  return wrongCall(
    `unknown command "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    'ejabberdctl help lists those that are served now; patchbay plugin list shows the plugins that could serve more',
  )
}
