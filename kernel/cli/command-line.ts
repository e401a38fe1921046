import { didYouMean, nearest } from '../config/nearest.js'
import type { Command } from './command.js'
import { OPTIONS, type OptionName, type Options } from './options.js'
import { wrongUsage } from './refusal.js'

/** What a command line asks for. */
export interface Understood {
  /** Undefined when only a group such as `plugin`, or nothing, was named. */
  readonly command: Command | undefined
  /** The group that was named: `plugin`, or an empty text. */
  readonly group: string
  readonly words: readonly string[]
  readonly options: Options
}

/** Splits a command line into a command, its words and its options, or says what is wrong with it. */
export function understand(given: readonly string[], commands: readonly Command[]): Understood {
  const raw = commands.find(({ name, raw }) => raw && name === given[0])
  if (raw) return { command: raw, group: '', words: given.slice(1), options: {} }
  const { words, written } = split(given)
  const asksForHelp = words[0] === 'help'
  if (asksForHelp) words.shift()
  const { command, rest, group } = find(words, commands)
  const allowed: readonly OptionName[] = [...(command?.options ?? ['data', 'json']), 'help']
  const options: Record<string, string | boolean> = asksForHelp ? { help: true } : {}
  for (const { name, value } of written) {
    const option = name as OptionName
    if (!allowed.includes(option)) {
      const whose = ['patchbay', command?.name ?? group].filter(Boolean).join(' ')
      const meant = didYouMean(
        `--${name}`,
        allowed.map(each => `--${each}`),
      )
      throw wrongUsage(`${whose} has no option "--${name}"${meant}`, `${whose} --help lists them`)
    }
    const earlier = options[option]
    options[option] = 'many' in OPTIONS[option] && earlier ? `${earlier},${value}` : value
  }
  if (command && !options['help']) checkWords(command, rest)
  return { command, group, words: rest, options: options as Options }
}

interface Written {
  name: string
  value: string | boolean
}

function split(given: readonly string[]): { words: string[]; written: Written[] } {
  const words: string[] = []
  const written: Written[] = []
  for (let index = 0; index < given.length; index++) {
    const word = given[index]!
    if (word === '--') {
      words.push(...given.slice(index + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      words.push(word)
      continue
    }
    const [, dashed = '', assigned] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) ?? []
    const name = word === '-h' ? 'help' : dashed
    const takesValue = name in OPTIONS && 'value' in OPTIONS[name as OptionName]
    if (takesValue) {
      const value = assigned ?? given[++index]
      if (value === undefined || value === '' || (assigned === undefined && value.startsWith('--')))
        throw wrongUsage(`"--${name}" needs a value`, `patchbay … --${name} ${placeholder(name as OptionName)}`)
      written.push({ name, value })
    } else if (assigned !== undefined && name in OPTIONS) throw wrongUsage(`"--${name}" takes no value`)
    else written.push({ name, value: true })
  }
  return { words, written }
}

function placeholder(name: OptionName): string {
  const option = OPTIONS[name]
  return 'value' in option ? option.value : ''
}

/** The longest name that the words begin with: "mqtt retained get" before "mqtt retained". */
function find(words: readonly string[], commands: readonly Command[]) {
  const [first] = words
  if (first === undefined) return { command: undefined, rest: [], group: '' }
  for (let length = Math.min(words.length, LONGEST); length > 0; length--) {
    const name = words.slice(0, length).join(' ')
    const command = commands.find(each => each.name === name)
    if (command) return { command, rest: words.slice(length), group: words.slice(0, length - 1).join(' ') }
  }
  const group = groupOf(words, commands)
  if (group === '') throw unknown(first, commands)
  const depth = group.split(' ').length
  const next = words[depth]
  if (next === undefined) return { command: undefined, rest: [], group }
  const verbs = commands
    .filter(({ name }) => name.startsWith(`${group} `))
    .flatMap(({ name }) => [name.split(' ')[depth]!, name.split(' ').slice(depth).join(' ')])
  throw wrongUsage(
    `there is no command "${group} ${next}"${didYouMean(next, verbs)}`,
    `patchbay ${group} --help lists what there is`,
  )
}

/** The longest beginning of the words under which there are commands: `mqtt user`, `plugin`, or an empty text. */
function groupOf(words: readonly string[], commands: readonly Command[]): string {
  for (let length = Math.min(words.length, LONGEST - 1); length > 0; length--) {
    const group = words.slice(0, length).join(' ')
    if (commands.some(({ name }) => name.startsWith(`${group} `))) return group
  }
  return ''
}

/** Words in the name of a command. */
const LONGEST = 3

/** `patchbay strat x` may mean `serve` as well as `plugin start x`. */
function unknown(word: string, commands: readonly Command[]) {
  const meant = new Map<string, string>()
  for (const { name } of commands) {
    const [first, second] = name.split(' ')
    if (second && !meant.has(second)) meant.set(second, name)
    meant.set(first!, first!)
  }
  const close = nearest(word, meant.keys())
  const question = close === undefined ? '' : `; did you mean "${meant.get(close)}"?`
  return wrongUsage(`there is no command "${word}"${question}`, 'patchbay --help lists what there is')
}

function checkWords({ name, takes = [] }: Command, words: readonly string[]): void {
  const usage = ['patchbay', name, ...takes].join(' ')
  const missing = takes.slice(words.length).find(word => !word.startsWith('['))
  const most = takes.some(word => word.includes('…')) ? Number.POSITIVE_INFINITY : takes.length
  if (missing || takes.some((word, index) => !word.startsWith('[') && words[index] === '')) {
    throw wrongUsage(`"patchbay ${name}" needs ${missing ?? 'a name that is not empty'}`, `usage: ${usage}`)
  }
  if (words.length > most) {
    throw wrongUsage(`"${words[takes.length]}" is one word too many for "patchbay ${name}"`, `usage: ${usage}`)
  }
}
