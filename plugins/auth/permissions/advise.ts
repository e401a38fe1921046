import { adviseOfNames } from './advise-names.js'
import type { Access, Blocks, Item, Rule, Who } from './blocks.js'
import { grantsNothing } from './coverage.js'
import { reaches } from './faces.js'
import { foreignOnly, grantInWords, replacementInWords, ruleInWords, whoInWords } from './rule-in-words.js'
import { shadows } from './shadow.js'
import { enumerate, stepText, whatText } from './words.js'

export interface Advice {
  readonly level: 'warning' | 'note'
  /** Of the option it is about: `api_permissions.admin access.what`. */
  readonly path: string
  readonly text: string
}

/** What the rules are read against. */
export interface Known {
  readonly hosts: readonly string[]
  /** Names of ejabberd's commands that are served; empty when they are not known yet. */
  readonly commands: Iterable<string>
}

/** Of each rule what it really does, and what its author may not have meant. Nothing here is an error. */
export function advise(blocks: Blocks, known: Known): Advice[] {
  const { api_permissions: rules } = blocks
  const commands = new Set(known.commands)
  const advice = rules.flatMap((rule, index) => {
    const path = `api_permissions.${rule.name}`
    const warn = (text: string, part?: string): Advice => {
      return { level: 'warning', path: part === undefined ? path : `${path}.${part}`, text }
    }
    const earlier = rules.slice(0, index).find(other => shadows(other, rule))
    return [
      {
        level: 'note' as const,
        path,
        text: ruleInWords(rule, blocks) + replacementInWords(rule, rules.slice(0, index)),
      },
      ...emptiness(rule).map(([text, part]) => warn(text, part)),
      ...(earlier ? [warn(`adds nothing: rule "${earlier.name}" allows all of it already`)] : []),
      ...whoSurprises(rule, blocks).map(text => warn(text, 'who')),
      ...adviseOfNames(rule, blocks, { ...known, commands }).map(([text, part]) => warn(text, part)),
    ]
  })
  const tokens = [...nobody(blocks), ...lineSurprises(blocks.oauth_access, blocks)]
  return [...advice, ...tokens.map((text): Advice => ({ level: 'warning', path: 'oauth_access', text }))]
}

/** A name for `oauth_access` that nothing has. */
function nobody({ oauth_access: access, access_rules, acl }: Blocks): string[] {
  if (!('name' in access) || ['all', 'none', 'admin'].includes(access.name)) return []
  if (access_rules.has(access.name) || acl.has(access.name)) return []
  return [`there is no access rule and no acl "${access.name}", so nobody gets a token`]
}

function emptiness(rule: Rule): [text: string, part?: string][] {
  const { what, who, from } = rule
  if (what === undefined) return [['has no "what", so it grants nothing; all commands are `what: "*"`']]
  if (what.some(({ kind, negated }) => negated && kind === 'every')) {
    return [['"!*" takes everything away, so it grants nothing', 'what']]
  }
  if (grantsNothing(what)) {
    const texts = enumerate(what.map(whatText), 'and')
    if (what.length === 0) return [['names no command, so it grants nothing', 'what']]
    return [[`only leaves out (${texts}), so it grants nothing; add "*" for all the others`, 'what']]
  }
  if (foreignOnly(rule)) {
    const socket = from.modules.includes('ejabberd_ctl') ? '; the control socket may do everything anyway' : ''
    return [[`is about ${enumerate(from.modules, 'and')} only, and Patchbay never asks for these${socket}`, 'from']]
  }
  return who?.length === 0 ? [['is empty, so it is nobody', 'who']] : []
}

function whoSurprises(rule: Rule, blocks: Blocks): string[] {
  const entries = rule.who ?? []
  const lines = entries.flatMap(entry => {
    if (entry.key === 'access') return lineSurprises(entry.access, blocks)
    if (entry.key !== 'oauth') return itemSurprises(entry)
    if (entry.entries.length === 0) return ['"oauth" names a scope but no users, so it matches no token']
    return entry.entries.flatMap(each =>
      each.key === 'access' ? lineSurprises(each.access, blocks) : itemSurprises(each),
    )
  })
  return [...new Set([...lines, ...opened(rule, blocks)])]
}

function itemSurprises({ key }: Item): string[] {
  return key === 'resource' ? ['"resource" never matches, since nobody calls with one'] : []
}

/** Several in one line. */
function lineSurprises(access: Access, blocks: Blocks): string[] {
  const steps = 'steps' in access ? access.steps : (blocks.access_rules.get(access.name) ?? [])
  return steps.flatMap(step => {
    if (step.items.length < 2) return []
    const text = `"${stepText(step)}"`
    if (step.needs === 'any') return [`${text} denies each of them by itself, as repeated "deny" lines do`]
    const users = new Set(step.items.filter(({ key }) => key === 'user').map(({ value, host }) => `${value}@${host}`))
    if (users.size > 1) return [`${text} asks for all of them at once, and nobody is several users; give each a line`]
    const separately = `for either of them, write a line for each in a list`
    return [`${text} asks for all ${step.items.length} at once, not for one of them; ${separately}`]
  })
}

/** An address is no password. */
function opened(rule: Rule, blocks: Blocks): string[] {
  if (!reaches(rule, 'ejabberd') || rule.hosts.length > 0 || grantsNothing(rule.what)) return []
  if (!rule.what?.some(({ kind, negated }) => kind === 'every' && !negated)) return []
  const open = (rule.who ?? []).filter(entry => needsNoCredentials(entry, blocks, 0))
  if (open.length === 0) return []
  const who = enumerate(
    open.map(entry => whoInWords(entry, blocks)),
    'and',
  )
  return [`opens ${grantInWords(rule)} to ${who}, without a password`]
}

function needsNoCredentials(who: Who, blocks: Blocks, depth: number): boolean {
  if (depth > 50) return false
  const open = (item: Item) => needsNoCredentials(item, blocks, depth + 1)
  if (who.key === 'all' || who.key === 'ip') return true
  if (who.key === 'acl') return blocks.acl.get(who.value)?.some(open) ?? false
  if (who.key !== 'access') return false
  const { access } = who
  if ('name' in access && access.name === 'all') return true
  const steps = 'steps' in access ? access.steps : (blocks.access_rules.get(access.name) ?? [])
  return steps.some(({ decision, items }) => decision === 'allow' && items.length > 0 && items.every(open))
}
