import { type Argument, argumentsIn, type ValueType } from '../../http/faces/ejabberd-types.js'
import { wrongCall } from '../leading-options.js'
import type { LiveCommands } from '../live-commands.js'

type EjabberdCommand = LiveCommands['ejabberd']

/** `add_rosteritem localuser localhost …` */
export function usageOf(command: EjabberdCommand, version: number): string {
  return [command.name, ...argumentsIn(command.arguments, version).map(({ name }) => name)].join(' ')
}

/** Words by position as the JSON body of the API. */
export function bodyOf(command: EjabberdCommand, version: number, words: readonly string[]): Record<string, unknown> {
  const wanted = argumentsIn(command.arguments, version)
  const missing = wanted.length - words.length
  if (missing > 0 && wanted.slice(-missing).every(({ type }) => isList(type))) {
    return bodyOf(command, version, [...words, ...Array<string>(missing).fill('')])
  }
  if (missing !== 0) {
    const many = Math.abs(missing)
    throw wrongCall(
      `the command "${command.name}" requires ${many} ${missing > 0 ? 'more' : 'less'} argument${many > 1 ? 's' : ''}`,
      `usage: ejabberdctl ${usageOf(command, version)}\n    ${command.description}`,
    )
  }
  return Object.fromEntries(wanted.map((argument, index) => [argument.name, jsonOf(argument, words[index]!, command)]))
}

/** How a value of this type is written as a word. */
export function formOf(type: ValueType): string {
  if (type === 'integer') return 'whole number'
  if (typeof type === 'string') return 'text'
  if ('tuple' in type) return type.tuple.map(({ name }) => name).join(':')
  const element = type.list.type
  if (typeof element === 'string') return 'list: a,b'
  const form = formOf(element)
  return `list: ${form},${form}`
}

function isList(type: ValueType): boolean {
  return typeof type !== 'string' && 'list' in type
}

function jsonOf({ name, type }: Argument, word: string, command: EjabberdCommand): unknown {
  if (typeof type === 'object') return 'list' in type ? listOf(word, type.list.type) : tupleOf(word, type)
  if (type !== 'integer') return word
  if (/^-?\d{1,15}$/.test(word)) return Number(word)
  throw wrongCall(`"${name}" of the command "${command.name}" is a whole number, not "${word}"`, 'write digits alone')
}

/** `a;b` or `a,b`; of tuples `name:value,name:value`; or JSON. */
function listOf(word: string, element: ValueType): unknown[] {
  if (word.startsWith('[')) {
    try {
      return JSON.parse(word) as unknown[]
    } catch {
      throw wrongCall(`"${word}" begins as a JSON list and is none`, 'write a,b or ["a","b"]')
    }
  }
  const ofTexts = typeof element === 'string'
  const each = word
    .split(ofTexts && word.includes(';') ? ';' : ',')
    .map(part => part.trim())
    .filter(part => part !== '')
  return ofTexts ? each : each.map(part => tupleOf(part, element))
}

/** What is left over belongs to the last field: values may have colons. */
function tupleOf(word: string, type: ValueType): unknown {
  if (typeof type === 'string' || !('tuple' in type)) return word
  const parts = word.split(':')
  const last = type.tuple.length - 1
  return Object.fromEntries(
    type.tuple.map(({ name }, index) => [name, (index < last ? parts[index] : parts.slice(last).join(':')) ?? '']),
  )
}
