import { glob } from '../../names/pattern.js'
import { type Argument, argumentsIn, namedInWords, type ResultType, resultIn } from './ejabberd-types.js'

/** What help is about: an entry of the registry without what only its own plugin can use. */
export interface Described {
  readonly name: string
  readonly description: string
  readonly details?: string
  readonly tags: readonly string[]
  readonly policy?: string
  readonly arguments: readonly Argument[]
  readonly result: ResultType
}

/** Characters of a name, a tag or a pattern. */
const LONGEST_ASKED = 100

/** Those that `asked` names: a command, a tag, or a pattern with * and ?; in the order of their names. */
export function commandsNamed<C extends Described>(commands: readonly C[], asked: string): C[] {
  // No name is as long, and whoever sends a longer one only wants work to be done.
  if (asked.length > LONGEST_ASKED) return []
  const pattern = glob(asked.replaceAll('-', '_').replace(/[[\]\\]/g, '\\$&'))
  return byName(commands.filter(each => pattern.test(each.name) || each.tags.includes(asked)))
}

export function byName<C extends { readonly name: string }>(commands: readonly C[]): C[] {
  return [...commands].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** `user: binary, host: binary` */
export function argumentsInWords(command: Described, version: number): string {
  return argumentsIn(command.arguments, version).map(namedInWords).join(', ')
}

export function resultInWords({ result }: Described, version: number): string {
  return namedInWords(resultIn(result, version))
}

/** The versions of the API in which the command differs from the one before, from 0. */
export function versionsOf({ arguments: all, result }: Described): number[] {
  const starts = all.flatMap(({ since = 0, until = -1 }) => [since, until + 1])
  const shapes = 'name' in result ? [0] : result.map(([since]) => since)
  return [...new Set([0, ...starts, ...shapes])].sort((a, b) => a - b)
}
