import type { ControlClient } from '../control-client.js'
import { wrongCall } from '../leading-options.js'
import type { Refusal } from '../refusal.js'
import { type CallLine, pathOf } from './call-line.js'

const KEYS = 'vmq-admin config show app=vmq_server lists them'

/** Which key of a `set`, `show` or `describe` is unknown, or which value a key cannot have: the API's empty 400 does not say. */
export async function refusedKey(line: CallLine, client: ControlClient): Promise<Refusal | undefined> {
  const [verb, ...words] = line.words
  if (verb !== 'set' && verb !== 'show' && verb !== 'describe') return undefined
  if (verb === 'set' && words.length > 0) return undefined
  const pairs: CallLine['fields'] = verb === 'set' ? line.fields : words.map(word => [word, undefined])
  const named = pairs.filter(([name]) => !name.startsWith('-'))
  if (named.length === 0) return wrongCall(`"${verb}" wants ${verb === 'set' ? 'KEY=VALUE' : 'a KEY'}`, KEYS)
  for (const [name] of named) {
    const asked = pathOf({ ...line, words: ['show', name], fields: [] })
    const { status } = await client.ask('GET', asked)
    if (status === 400) {
      return wrongCall(`there is no key "${name}"${verb === 'set' ? '; nothing was changed' : ''}`, KEYS)
    }
  }
  // A flag may be what is wrong.
  if (verb !== 'set' || named.length < pairs.length) return undefined
  const values = named.map(([name, value]) => `${name}=${value ?? ''}`).join(' ')
  const what = named.length === 1 ? `"${values}" is a value that it` : `one of "${values}" is a value that its key`
  return wrongCall(`${what} cannot have; nothing was changed`, `vmq-admin describe ${named[0]![0]} tells what it means`)
}
