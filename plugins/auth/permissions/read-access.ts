import type { Access, AccessEntry, OauthEntry, Step, Who } from './blocks.js'
import { ITEM_NAMES, keyed, named, readItems } from './read-items.js'
import type { Place } from './reading.js'

const DECISIONS = ['allow', 'deny']

/** The name of an access rule, or its lines. */
export function readAccess(place: Place): Access {
  if (typeof place.value === 'object' && place.value !== null) return { steps: readSteps(place) }
  const name = place.text()
  if (name === '') place.refuse('expected the name of an access rule, "all" or "none"')
  return { name: name ?? 'none' }
}

/** The lines of an access rule. The bare name of an acl allows that acl. */
export function readSteps(place: Place): Step[] {
  if (typeof place.value !== 'object') return [{ decision: 'allow', items: readItems(place), needs: 'all' }]
  const steps = [...place.parts()].flatMap(({ key, place, alone }): Step[] => {
    const decision = key ?? place.value
    if (decision !== 'allow' && decision !== 'deny') {
      place.refuseName(String(decision), DECISIONS)
      return []
    }
    const items = key === undefined ? [{ key: 'all' as const, value: '' }] : readItems(place)
    if (items.length === 0 && [...place.parts()].length === 0) place.refuse('expected whom, such as all')
    // Several "deny:" keys of one map arrive merged into one: only when each may deny by itself is none of them lost.
    return [{ decision, items, needs: decision === 'allow' || alone ? 'all' : 'any' }]
  })
  if (steps.length === 0) place.refuse('expected lines such as "allow: admin"')
  return steps
}

/** The entries of `who`. */
export function readWho(place: Place): Who[] {
  return [...place.parts()].flatMap(({ key, place }): Who[] => {
    if (key === undefined) return named(place)
    if (key === 'access') return [readAccessEntry(place)]
    if (key === 'oauth') return readOauth(place)
    if (ITEM_NAMES.includes(key) || key === 'shared_group') return keyed(key, place)
    place.refuseName(key, [...ITEM_NAMES, 'access', 'oauth'])
    return []
  })
}

function readAccessEntry(place: Place): AccessEntry {
  if (place.empty) place.refuse('expected the name of an access rule, or its lines')
  return { key: 'access', access: place.empty ? { name: 'none' } : readAccess(place) }
}

function readOauth(place: Place): OauthEntry[] {
  const scopes: string[] = []
  let scoped = false
  const entries = [...place.parts()].flatMap(({ key, place }): OauthEntry['entries'][number][] => {
    if (key === undefined) return named(place)
    if (key === 'access') return [readAccessEntry(place)]
    if (key !== 'scope') {
      if (ITEM_NAMES.includes(key) || key === 'shared_group') return keyed(key, place)
      place.refuseName(key, ['scope', 'access', ...ITEM_NAMES])
      return []
    }
    scoped = true
    const texts = [...place.values()].map(value => value.text()).filter(text => text !== undefined)
    if (texts.length === 0 || texts.includes('')) place.refuse('expected a scope such as "ejabberd:admin"')
    scopes.push(...texts)
    return []
  })
  if (!scoped) place.refuse('expected a "scope", which every token needs to match')
  return [{ key: 'oauth', scopes, entries }]
}
