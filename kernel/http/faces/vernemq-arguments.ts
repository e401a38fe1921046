import type { Command } from '../../life/contributions.js'
import { percentDecode } from './face.js'
import type { VernemqCall, VernemqCommand, VernemqFlag } from './vernemq.js'

/** Commands by their words. */
export type VernemqRegistry = ReadonlyMap<string, Command<'vernemq'>>

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['sessions', 'session'],
  ['listeners', 'listener'],
  ['plugins', 'plugin'],
])
/** In words. */
const LONGEST_COMMAND = 4

/** The empty 400 of an unknown command, flag or parameter, and of a value that is missing or of the wrong type. */
export class BadRequest extends Error {}

type Arguments = Pick<VernemqCall, 'params' | 'flags'>

/** The longest run of segments that is a command; what follows it, and the query, are its arguments. */
export function parseCall(
  registry: VernemqRegistry,
  path: string,
  query: string,
): { command: Command<'vernemq'>; call: Arguments } {
  const words = path.split('/').filter(Boolean).map(decode)
  const alias = ALIASES.get(words[0] ?? '')
  if (alias !== undefined) words.splice(0, 1, ...(words.length === 1 ? [alias, 'show'] : [alias]))
  // `cluster` is an alias of a command that the original does not have.
  if (words.length === 1 && words[0] === 'cluster') words.push('show')
  const length = commandLength(registry, words)
  const command = registry.get(words.slice(0, length).join(' '))
  if (!command) throw new BadRequest()
  const fields = query.split('&').filter(Boolean)
  const given = [...words.slice(length), ...fields.map(field => decode(field.replaceAll('+', ' ')))]
  return { command, call: parseArguments(command.definition, given) }
}

/** How many of the words, from the first on, name a command. */
function commandLength(registry: VernemqRegistry, words: readonly string[]): number {
  const blank = words.findIndex(word => word.includes(' '))
  let length = Math.min(blank < 0 ? words.length : blank, LONGEST_COMMAND)
  while (length > 0 && !registry.has(words.slice(0, length).join(' '))) length--
  return length
}

/** Params first, then flags: a param that follows a flag is not seen, as in the original. Unknown names are refused. */
function parseArguments(definition: VernemqCommand, words: readonly string[]): Arguments {
  const params = new Map<string, string>()
  const flags = new Map<string, string | true>()
  const firstFlag = words.findIndex(word => word.startsWith('-'))
  for (const [index, word] of words.entries()) {
    const equals = word.indexOf('=')
    const name = equals < 0 ? word : word.slice(0, equals)
    const value = equals < 0 ? undefined : word.slice(equals + 1)
    if (name.startsWith('-')) {
      if (name === '--format') continue
      const [full, flag] = flagOf(definition, name)
      if (flag.value && !value) throw new BadRequest()
      if (flag.value === 'number' && !/^\d{1,15}$/.test(value!)) throw new BadRequest()
      flags.set(full, value ?? true)
    } else {
      if (!definition.params?.includes(name) || !value) throw new BadRequest()
      if (firstFlag < 0 || index < firstFlag) params.set(name, value)
    }
  }
  return { params, flags }
}

function flagOf({ flags = {} }: VernemqCommand, name: string): [name: string, flag: VernemqFlag] {
  const bare = name.replace(/^--?/, '')
  const found = Object.entries(flags).find(([full, { short }]) => (name.startsWith('--') ? full : short) === bare)
  if (!found) throw new BadRequest()
  return found
}

function decode(text: string): string {
  const decoded = percentDecode(text)
  if (decoded === undefined) throw new BadRequest()
  return decoded
}
