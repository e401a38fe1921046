import { prepareDomain } from 'patchbay'
import type { Rule, What } from './blocks.js'
import { FACES, MODULES } from './faces.js'
import { readWho } from './read-access.js'
import type { Place } from './reading.js'

const PARTS = ['from', 'who', 'what']
const SOURCES: readonly string[] = [...MODULES, ...FACES]
export const COMMAND = /^[a-z0-9_-]+$/
/** As plugins name theirs: `mqtt-admin:clients.read`. */
export const PERMISSION = /^[a-z0-9_-]+:(\*|[a-zA-Z0-9_.-]+)$/
const EXPECTED = 'expected a command, a permission such as mqtt-admin:clients.read, "[tag:accounts]" or "*"'

/** `api_permissions`: rules by name, as a map or as a list of maps. */
export function readRules(place: Place): Rule[] {
  const rules: Rule[] = []
  for (const { key, place: part } of place.parts()) {
    if (key === undefined) part.refuse('expected rules as "name: …" lines')
    else if (rules.some(({ name }) => name === key))
      part.refuse(`expected another name, since there is a rule "${key}"`)
    else rules.push(readRule(key, part))
  }
  return rules
}

function readRule(name: string, place: Place): Rule {
  const found = new Map<string, Place>()
  for (const { key, place: part } of place.parts()) {
    if (key === undefined || !PARTS.includes(key)) part.refuseName(String(key ?? part.value), PARTS)
    else if (found.has(key)) part.refuse(`expected one "${key}", there is another one above`)
    else if (!part.empty) found.set(key, part)
  }
  const from = found.get('from')
  const who = found.get('who')
  const what = found.get('what')
  const { adds, hosts } = what ? readWhat(what) : { adds: undefined, hosts: [] }
  if (what && !who) place.refuse('expected "who" beside "what", or nobody could use what the rule grants')
  return { name, from: from ? readFrom(from) : { modules: [], tags: [] }, who: who && readWho(who), what: adds, hosts }
}

function readFrom(place: Place): Rule['from'] {
  const modules: string[] = []
  const tags: string[] = []
  for (const { key, place: part } of place.parts()) {
    if (key !== undefined && key !== 'tag') {
      part.refuseName(key, ['tag'])
      continue
    }
    for (const value of part.values()) {
      const text = value.text()
      if (text === undefined) continue
      if (key === 'tag') tags.push(text)
      else if (SOURCES.includes(text)) modules.push(text)
      else value.refuseName(text, SOURCES)
    }
  }
  return { modules, tags }
}

function readWhat(place: Place): { adds: What[]; hosts: string[] } {
  const adds: What[] = []
  const hosts: string[] = []
  for (const each of place.values()) {
    // YAML takes an unquoted !stop for a type, and leaves nothing of it.
    if (each.empty || each.value === '') {
      each.refuse('expected a name; one that begins with "!" needs quotes')
      continue
    }
    for (const { key, place: part } of each.parts()) {
      if (key === undefined) adds.push(...readName(part))
      else if (key === 'host') hosts.push(...readHosts(part))
      else part.refuseName(key, ['host'])
    }
  }
  return { adds, hosts }
}

function readHosts(place: Place): string[] {
  return [...place.values()].flatMap(value => {
    const text = value.text()
    if (text === undefined) return []
    const host = text === 'caller' ? text : prepareDomain(text)
    if (host !== undefined) return [host]
    value.refuse('expected a domain, or "caller" for the domain of the caller')
    return []
  })
}

function readName(place: Place): What[] {
  const text = place.text()
  if (text === undefined) return []
  const negated = text.startsWith('!')
  const name = negated ? text.slice(1) : text
  const tag = /^\[tag:([a-z0-9_-]+)\]$/.exec(name)?.[1]
  if (name.startsWith('!')) place.refuse('expected one "!" at most')
  else if (name === '*') return [{ kind: 'every', name, negated }]
  else if (tag !== undefined) return [{ kind: 'tag', name: tag, negated }]
  else if (name.startsWith('tag:')) place.refuse('expected the brackets within quotes, as in "[tag:accounts]"')
  else if (COMMAND.test(name)) return [{ kind: 'command', name, negated }]
  else if (PERMISSION.test(name)) return [{ kind: 'permission', name, negated }]
  else place.refuse(EXPECTED)
  return []
}
