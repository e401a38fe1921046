import { nearest } from '../../config/nearest.js'
import { byName, commandsNamed, resultInWords, versionsOf } from '../../http/faces/ejabberd-help.js'
import { argumentsIn } from '../../http/faces/ejabberd-types.js'
import { wrongCall } from '../leading-options.js'
import type { LiveCommands } from '../live-commands.js'
import type { Refusal } from '../refusal.js'
import { fields } from '../table.js'
import { formOf, usageOf } from './arguments.js'
import { OWN_WORDS } from './own-words.js'

type EjabberdCommand = LiveCommands['ejabberd']

/** `ejabberdctl help [tags|commands|COMMAND|TAG|PATTERN]`: those that match, by name; one alone with its arguments. */
export function helpOn(asked: string | undefined, commands: readonly EjabberdCommand[], version: number): string {
  if (asked === undefined || asked === 'commands') {
    const own = [...OWN_WORDS].map(([name, { summary }]) => [name, summary] as const)
    const others = commands.filter(({ name }) => !OWN_WORDS.has(name))
    return list([...own, ...others.map(each => lineOf(each, version))])
  }
  if (asked === 'tags') return tags(commands)
  const found = commandsNamed(commands, asked)
  const word = OWN_WORDS.get(asked)
  if (word) return `ejabberdctl ${asked}\n\n${word.summary}`
  if (found.length === 0) throw unknown(asked, commands)
  return found.length === 1 ? page(found[0]!, version) : list(found.map(each => lineOf(each, version)))
}

function page(command: EjabberdCommand, version: number): string {
  const versions = versionsOf(command)
  return [
    `ejabberdctl ${usageOf(command, version)}`,
    command.details === undefined ? command.description : `${command.description}\n${command.details}`,
    fields([
      ['arguments', argumentsIn(command.arguments, version).map(({ name, type }) => `${name} (${formOf(type)})`)],
      ['result', resultInWords(command, version)],
      ['tags', command.tags.join(', ')],
      ['differs in', versions.length > 1 ? versions.map(each => `--version ${each}`) : undefined],
    ]),
  ].join('\n\n')
}

/** Each tag with its commands. */
function tags(commands: readonly EjabberdCommand[]): string {
  const all = [...new Set(commands.flatMap(each => each.tags))].sort()
  return fields(all.map(tag => [tag, byName(commands.filter(each => each.tags.includes(tag))).map(({ name }) => name)]))
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
