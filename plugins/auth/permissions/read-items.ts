import { AddressSet, glob, parseJid, prepareDomain, prepareLocal, prepareResource, regexp } from 'patchbay'
import { ITEM_KEYS, type Item, type ItemKey, PATTERN_KEYS, type PatternKey } from './blocks.js'
import type { Place } from './reading.js'

const NAMES = [...ITEM_KEYS.filter(key => key !== 'all' && key !== 'none'), 'host'] as const

/** The keys that may stand in an acl, in `who`, in `allow` and `deny`. */
export const ITEM_NAMES: readonly string[] = NAMES

/** `all`, `none`, the name of an acl, or a test such as `user: john@localhost` with one or several values. */
export function readItems(place: Place): Item[] {
  return [...place.parts()].flatMap(({ key, place }) => (key === undefined ? named(place) : keyed(key, place)))
}

export function named(place: Place): Item[] {
  const name = place.text()
  if (name === undefined) return []
  if (name === '') return refused(place, 'expected the name of an acl, "all" or "none"')
  return [name === 'all' || name === 'none' ? { key: name, value: '' } : { key: 'acl', value: name }]
}

export function keyed(key: string, place: Place): Item[] {
  if (key === 'shared_group') {
    return refused(place, 'Patchbay has no shared roster groups to ask; name the users instead, with "user"')
  }
  if (!ITEM_NAMES.includes(key)) {
    place.refuseName(key, ITEM_NAMES)
    return []
  }
  // An acl may be defined where it is used.
  if (key === 'acl' && typeof place.value === 'object' && place.value !== null) return readItems(place)
  const items = [...place.values()].flatMap(value => readValue(key === 'host' ? 'server' : (key as ItemKey), value))
  return items.length > 0 || !place.empty ? items : refused(place, 'expected a value')
}

function readValue(key: ItemKey, place: Place): Item[] {
  if (isPattern(key)) return readPattern(key, place)
  if (key === 'acl') return named(place)
  if (key === 'user') return readUser(place)
  const text = place.text()
  if (text === undefined) return []
  if (key === 'ip') return readAddress(text, place)
  const value = key === 'server' ? prepareDomain(text) : prepareResource(text)
  return value === undefined
    ? refused(place, `expected ${key === 'server' ? 'a domain' : 'a resource'}`)
    : [{ key, value }]
}

function readAddress(text: string, place: Place): Item[] {
  // To AddressSet "all" is every address; here it would be a surprise.
  if (text === 'all') return refused(place, 'expected an address or a network; everybody is "who: all"')
  try {
    new AddressSet([text])
  } catch {
    return refused(place, 'expected an address or a network such as 10.0.0.7, 127.0.0.0/8 or ::1')
  }
  return [{ key: 'ip', value: text }]
}

/** A bare name is that user at every domain served; `{name: domain}` is the same as the JID. */
function readUser(place: Place): Item[] {
  return pairs(place).flatMap(({ name, host, place }) => {
    const local = prepareLocal(name)
    const domain = host === undefined ? undefined : prepareDomain(host)
    const jid = domain === undefined ? undefined : parseJid(`${name}@${host}`)
    const wrong = local === undefined || (host !== undefined && (jid === undefined || jid.resource !== undefined))
    if (wrong) return refused(place, 'expected a user such as john or john@localhost')
    return [{ key: 'user' as const, value: local, ...(domain !== undefined && { host: domain }) }]
  })
}

function readPattern(key: PatternKey, place: Place): Item[] {
  const [part] = key.split('_')
  if (part !== 'user' && part !== 'node') {
    const text = place.text()
    return text === undefined || !compiles(key, text, place) ? [] : [{ key, value: text }]
  }
  return pairs(place).flatMap(({ name, host, place }) => {
    if (part === 'node' && host === undefined) return refused(place, 'expected a pattern of users and one of domains')
    if (!compiles(key, name, place) || (part === 'node' && !compiles(key, host!, place))) return []
    const domain = part === 'user' && host !== undefined ? prepareDomain(host) : host
    if (host !== undefined && domain === undefined) return refused(place, 'expected a domain behind the "@"')
    return [{ key, value: name, ...(domain !== undefined && { host: domain }) }]
  })
}

/** `name`, `name@host`, `{name: host}`. */
function pairs(place: Place): { name: string; host: string | undefined; place: Place }[] {
  return [...place.parts()].flatMap(({ key, place }) => {
    const text = place.text()
    if (text === undefined) return []
    if (key !== undefined) return [{ name: key, host: text, place }]
    const [name = '', host, ...more] = text.split('@')
    if (more.length > 0) return refused(place, 'expected at most one "@"')
    return [{ name, host, place }]
  })
}

function compiles(key: PatternKey, text: string, place: Place): boolean {
  try {
    compile(key, text)
    return true
  } catch (thrown) {
    place.refuse(`expected a ${key.endsWith('glob') ? 'glob' : 'regular expression'}, but ${(thrown as Error).message}`)
    return false
  }
}

/** The pattern of an item. Throws a sentence when the text is none. */
export function compile(key: PatternKey, text: string) {
  return key.endsWith('glob') ? glob(text) : regexp(text)
}

export function isPattern(key: string): key is PatternKey {
  return (PATTERN_KEYS as readonly string[]).includes(key)
}

function refused(place: Place, why: string): [] {
  place.refuse(why)
  return []
}
