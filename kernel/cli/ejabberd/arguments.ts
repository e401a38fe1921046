import { wrongCall } from '../leading-options.js'
import type { EjabberdArgument, LiveCommands } from '../live-commands.js'

type EjabberdCommand = LiveCommands['ejabberd']

/** The arguments that a command has in this version of the API. */
export function argumentsIn({ arguments: all }: EjabberdCommand, version: number): readonly EjabberdArgument[] {
  return all.filter(({ since = 0, until = version }) => since <= version && version <= until)
}

/** `add_rosteritem localuser localhost …` */
export function usageOf(command: EjabberdCommand, version: number): string {
  return [command.name, ...argumentsIn(command, version).map(({ name }) => name)].join(' ')
}

/** Words by position as the JSON body of the API. */
export function bodyOf(command: EjabberdCommand, version: number, words: readonly string[]): Record<string, unknown> {
  const wanted = argumentsIn(command, version)
  const missing = wanted.length - words.length
  if (missing !== 0) {
    const many = Math.abs(missing)
    throw wrongCall(
      `the command "${command.name}" requires ${many} ${missing > 0 ? 'more' : 'less'} argument${many > 1 ? 's' : ''}`,
      `usage: ejabberdctl ${usageOf(command, version)}\n    ${command.description}`,
    )
  }
  return Object.fromEntries(wanted.map((argument, index) => [argument.name, jsonOf(argument, words[index]!, command)]))
}

function jsonOf({ name, type }: EjabberdArgument, word: string, command: EjabberdCommand): unknown {
  if (type === 'string') return word
  if (type !== 'integer') return listOf(word)
  if (/^-?\d{1,15}$/.test(word)) return Number(word)
  throw wrongCall(`"${name}" of the command "${command.name}" is a whole number, not "${word}"`, 'write digits alone')
}

/** `a;b` or `a,b`, or JSON for lists of more than texts. */
function listOf(word: string): unknown[] {
  if (word.startsWith('[')) {
    try {
      return JSON.parse(word) as unknown[]
    } catch {
      throw wrongCall(`"${word}" begins as a JSON list and is none`, 'write a,b or ["a","b"]')
    }
  }
  return word
    .split(word.includes(';') ? ';' : ',')
    .map(each => each.trim())
    .filter(each => each !== '')
}
