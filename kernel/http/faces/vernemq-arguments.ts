import { isIP } from 'node:net'
import type { Command } from '../../life/contributions.js'
import { percentDecode } from './face.js'
import type { VernemqCall, VernemqCommand, VernemqFlag } from './vernemq.js'

/** Commands by their words, and what is served beside the API by its path. */
export type VernemqRegistry = ReadonlyMap<string, Command<'vernemq'>>

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['sessions', 'session'],
  ['listeners', 'listener'],
  ['plugins', 'plugin'],
])
/** In words. */
const LONGEST_COMMAND = 4

/** The empty 400 of an unknown command, flag or parameter, and of a value that is missing or of the wrong type. */
export class VernemqBadRequest extends Error {}

type Arguments = Pick<VernemqCall, 'words' | 'params' | 'flags' | 'given'>

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
  // `%2Fmetrics` is no command, although the registry has it.
  if (!command || words[0]!.startsWith('/')) throw new VernemqBadRequest()
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
function parseArguments(definition: VernemqCommand, all: readonly string[]): Arguments {
  const words: string[] = []
  const params = new Map<string, string>()
  const given: [name: string, value: string | true][] = []
  const firstFlag = all.findIndex(word => word.startsWith('-'))
  for (const [index, word] of all.entries()) {
    const equals = word.indexOf('=')
    const name = equals < 0 ? word : word.slice(0, equals)
    const value = equals < 0 ? undefined : word.slice(equals + 1)
    if (name.startsWith('-')) {
      if (name === '--format') continue
      const [full, flag] = flagOf(definition, name)
      if (flag.value && !value) throw new VernemqBadRequest()
      if (flag.value === 'number' && !/^\d{1,15}$/.test(value!)) throw new VernemqBadRequest()
      given.push([full, value ?? true])
    } else {
      const isWord = definition.positional === true && value === undefined
      if (!isWord && !takes(definition, name, value)) throw new VernemqBadRequest()
      if (firstFlag >= 0 && index > firstFlag) continue
      if (isWord) words.push(name)
      else params.set(name, value!)
    }
  }
  return { words, params, given, flags: new Map(given) }
}

function takes({ params, types = {} }: VernemqCommand, name: string, value: string | undefined): boolean {
  if (!value || !(params === 'any' || params?.includes(name))) return false
  const type = Object.hasOwn(types, name) ? types[name] : undefined
  if (type === 'address') return isIP(value) > 0
  return type !== 'port' || (/^\d{1,5}$/.test(value) && Number(value) <= 65_535)
}

function flagOf({ flags = {} }: VernemqCommand, name: string): [name: string, flag: VernemqFlag] {
  const bare = name.replace(/^--?/, '')
  const found = Object.entries(flags).find(([full, { short }]) => (name.startsWith('--') ? full : short) === bare)
  if (!found) throw new VernemqBadRequest()
  return found
}

function decode(text: string): string {
  const decoded = percentDecode(text)
  if (decoded === undefined) throw new VernemqBadRequest()
  return decoded
}
