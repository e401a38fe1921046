import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { didYouMean, nearest } from '../../config/nearest.js'
import { wrongCall } from '../leading-options.js'
import type { LiveCommands } from '../live-commands.js'
import type { Refusal } from '../refusal.js'
import type { CallLine } from './call-line.js'

type VernemqCommand = LiveCommands['vernemq']

/** `session disconnect client-id=… [--cleanup] [--mountpoint=…]` */
export function usageOf({ path, params = [], flags = {}, positional = false }: VernemqCommand): string {
  const flag = ([name, { short, value }]: [string, { short?: string; value?: unknown }]) =>
    `[--${name}${value ? '=…' : ''}${short ? `|-${short}` : ''}]`
  const named = params === 'any' ? ['KEY=VALUE…'] : params.map(name => `${name}=…`)
  return [path, ...(positional ? ['KEY…'] : []), ...named, ...Object.entries(flags).map(flag)].join(' ')
}

/** The commands that begin with these words, a line each. */
export function listOf(commands: readonly VernemqCommand[], words: readonly string[]): string {
  const under = commands.filter(({ path }) => `${path} `.startsWith(words.map(word => `${word} `).join('')))
  return under.map(command => `  vmq-admin ${usageOf(command)}`).join('\n')
}

/** Why the API has answered an empty 400: it does not say. */
export function refusalOf({ words, fields }: CallLine, commands: readonly VernemqCommand[]): Refusal {
  const command = commands
    .filter(({ path }) => `${words.join(' ')} `.startsWith(`${path} `))
    .sort((a, b) => b.path.length - a.path.length)[0]
  if (!command) return unknownCommand(words, commands)
  const usage = `usage: vmq-admin ${usageOf(command)}`
  const extra = words.slice(command.path.split(' ').length)[0]
  if (extra !== undefined && !command.positional)
    return wrongCall(`"${extra}" is one word too many for "${command.path}"`, usage)
  const { params = [], flags = {}, types = {} } = command
  for (const [name, value] of fields) {
    const bare = name.replace(/^--?/, '')
    const known = name.startsWith('-')
      ? Object.entries(flags).find(([full, { short }]) => (name.startsWith('--') ? full : short) === bare)?.[1]
      : (params === 'any' || params.includes(name)) && { value: true }
    if (!known) {
      const meant = didYouMean(name, [
        ...(params === 'any' ? [] : params),
        ...Object.keys(flags).map(each => `--${each}`),
      ])
      return wrongCall(`"${command.path}" takes no "${name}"${meant}`, usage)
    }
    if (known.value && !value) return wrongCall(`"${name}" needs a value`, usage)
    if (known.value === 'number' && !/^\d+$/.test(value!)) {
      return wrongCall(`"${name}" is a number, not "${value}"`, usage)
    }
    const type = types[name]
    if (type === 'address' && isIP(value!) === 0) return wrongCall(`"${name}" is an IP address, not "${value}"`, usage)
    if (type === 'port' && !(Number(value) <= 65_535)) return wrongCall(`"${name}" is a port, not "${value}"`, usage)
  }
  // Only the server knows which keys there are, and what each can be.
  if (params === 'any' || command.positional) {
    return wrongCall(`"${command.path}" was given a key that is not known, a value it cannot have, or none`, usage)
  }
  const missing = fields.find(([, value]) => value?.startsWith('/') && !existsSync(value))
  if (missing) return wrongCall(`"${missing[0]}": there is no file ${missing[1]}, or it may not be looked at`, usage)
  const given = fields.map(([name, value]) => (value === undefined ? name : `${name}=${value}`)).join(' ')
  return wrongCall(`"${command.path}" does not take one of these values: ${given}`, usage)
}

/** There is no such command, or it is only the beginning of some. */
export function unknownCommand(words: readonly string[], commands: readonly VernemqCommand[]): Refusal {
  const said = words.join(' ')
  const below = commands
    .filter(({ path }) => path.startsWith(`${said} `))
    .map(({ path }) => path.slice(said.length + 1))
  if (below.length > 0)
    return wrongCall(`"${said}" wants one more word: ${below.join(', ')}`, `vmq-admin ${said} --help`)
  const meant = nearest(
    said,
    commands.map(({ path }) => path),
  )
  return wrongCall(
    `there is no command "${said}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    'vmq-admin --help lists those that are served now; patchbay plugin list shows the plugins that could serve more',
  )
}
