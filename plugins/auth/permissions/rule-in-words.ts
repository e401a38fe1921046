import type { Access, Blocks, Item, Rule, Step, What, Who } from './blocks.js'
import { grantsNothing } from './coverage.js'
import { FACE_WORDS, FACES, MODULES, reaches, replacesBuiltIn } from './faces.js'
import { enumerate, itemText, stepText } from './words.js'

/** What a rule does, for a person who reads it first time. */
export function ruleInWords(rule: Rule, blocks: Blocks): string {
  const faces = FACES.filter(face => reaches(rule, face)).map(face => FACE_WORDS[face]!)
  if (grantsNothing(rule.what)) return 'grants nothing'
  if (faces.length === 0) return `grants nothing here, since it is about ${enumerate(rule.from.modules, 'and')}`
  const tags = rule.from.tags.length > 0 ? `, through listeners with the tag ${enumerate(rule.from.tags, 'or')}` : ''
  const who = (rule.who ?? []).map(entry => whoInWords(entry, blocks)).join(', and to ') || 'nobody'
  return `grants ${grantInWords(rule)} to ${who}, over ${enumerate(faces, 'and')}${tags}${limitInWords(rule)}`
}

/** A rule about a face replaces what is built in there; said of the first one. */
export function replacementInWords(rule: Rule, earlier: readonly Rule[]): string {
  const replaced = FACES.filter(
    face => replacesBuiltIn(rule, face) && !earlier.some(other => replacesBuiltIn(other, face)),
  )
  if (replaced.length === 0) return ''
  const faces = replaced.map(face => FACE_WORDS[face]!)
  return `; it replaces the built-in rule of ${enumerate(faces, 'and')}`
}

export function grantInWords({ what = [] }: Rule): string {
  const adds = what.filter(({ negated }) => !negated)
  const removes = what.filter(({ negated }) => negated)
  const every = adds.some(({ kind }) => kind === 'every')
  const granted = every ? 'every command' : enumerate(adds.map(grantedInWords), 'and')
  return removes.length > 0 ? `${granted} but ${enumerate(removes.map(grantedInWords), 'and')}` : granted
}

function grantedInWords({ kind, name }: What): string {
  if (kind === 'tag') return `the commands with the tag ${name}`
  if (kind === 'permission') return name.endsWith(':*') ? `everything of ${name.slice(0, -2)}` : `what takes ${name}`
  return kind === 'every' ? 'every command' : name
}

function limitInWords({ hosts }: Rule): string {
  if (hosts.length === 0) return ''
  const limits = hosts.map(host => (host === 'caller' ? "the caller's own domain" : host))
  return `, in calls about ${enumerate(limits, 'and')} and what is below`
}

export function whoInWords(who: Who, blocks: Blocks): string {
  if (who.key === 'access') return accessInWords(who.access, blocks)
  if (who.key !== 'oauth') return itemInWords(who, blocks)
  const owners = enumerate(
    who.entries.map(entry => whoInWords(entry, blocks)),
    'and',
  )
  return `tokens with the scope ${enumerate(who.scopes, 'or')} of ${owners}`
}

function accessInWords(access: Access, blocks: Blocks): string {
  if ('steps' in access) return stepsInWords(access.steps, blocks)
  if (access.name === 'all') return 'anybody'
  if (access.name === 'none') return 'nobody'
  const steps = blocks.access_rules.get(access.name)
  return `whom access rule "${access.name}" allows (${steps ? steps.map(stepText).join(', ') : 'nobody, as it is not defined'})`
}

function stepsInWords(steps: readonly Step[], blocks: Blocks): string {
  const [first] = steps
  if (steps.length !== 1 || first?.decision !== 'allow') return `whom "${steps.map(stepText).join(', ')}" allows`
  const together = first.items.map(item => itemInWords(item, blocks))
  return together.length === 1 ? together[0]! : `those who are all of this at once: ${together.join(' + ')}`
}

function itemInWords(item: Item, { acl }: Blocks): string {
  const { key, value, host } = item
  if (key === 'all') return 'anybody'
  if (key === 'none') return 'nobody'
  if (key === 'ip') return `anybody from ${value}`
  if (key === 'server') return `every user of ${value}`
  if (key === 'user') return host === undefined ? `${value} at every domain served` : `${value}@${host}`
  if (key !== 'acl') return `callers with ${itemText(item)}`
  const items = acl.get(value)
  if (items) return `acl "${value}" (${enumerate(items.map(itemText), 'and')})`
  return `acl "${value}" (${value === 'admin' ? 'the administrators among the operators' : 'nobody, as it is not defined'})`
}

/** Modules of ejabberd that Patchbay has not: a rule that names only these grants nothing. */
export function foreignOnly({ from: { modules } }: Rule): boolean {
  const foreign: readonly string[] = MODULES.filter(name => name !== 'mod_http_api')
  return modules.length > 0 && modules.every(name => foreign.includes(name))
}
