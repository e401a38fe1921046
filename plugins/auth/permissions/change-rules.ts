import { isIP } from 'node:net'
import { bareJid, prepareDomain } from 'patchbay'
import type { Asking } from './asking.js'
import type { Blocks, Rule, What, Who } from './blocks.js'
import { EJABBERD_DEFAULT } from './built-in.js'
import { covers, names } from './coverage.js'
import type { RulesOfFace } from './explain.js'
import { hears, reaches, replacesBuiltIn } from './faces.js'
import { hostsOf, insideHosts } from './host-limit.js'
import { userItem } from './match-who.js'
import { COMMAND, PERMISSION } from './read-rule.js'
import type { Candidate } from './smallest-change.js'
import { callerName, listText, scalar, whatText, whoText } from './words.js'

/** What the rules that there are could say differently. */
export function* changedRules(from: RulesOfFace, asking: Asking): Generator<Candidate> {
  const { blocks } = from
  const { call } = asking
  const rules = blocks.api_permissions.filter(rule => reaches(rule, call.face) && hears(rule, call.tag))
  for (const live of from.rules) {
    const { rule, origin } = live
    if (!rule || origin === 'built in' || !rules.includes(rule) || !live.matches(asking)) continue
    yield* withWhat(blocks, rule, asking)
  }
  for (const rule of rules) if (covers(rule.what, call)) yield* withHosts(blocks, rule, asking)
  const who = whoOf(asking)
  if (!who) return
  for (const rule of rules) {
    if (!covers(rule.what, call) || !insideHosts(rule.hosts, asking)) continue
    const text = `add \`${whoText(who)}\` to \`who\` of rule "${rule.name}"`
    yield { text, blocks: replaced(blocks, { ...rule, who: [...(rule.who ?? []), who] }) }
  }
}

/** What else could be said. */
export function* addedRules(from: RulesOfFace, asking: Asking): Generator<Candidate> {
  const { blocks } = from
  const { call } = asking
  const who = whoOf(asking)
  if (!who) return
  const jid = jidOf(asking)
  if (call.face === 'admin_rest' && jid !== undefined) {
    yield { text: `add \`${scalar(jid)}\` to \`admins\``, blocks: { ...blocks, admins: [...blocks.admins, jid] } }
  }
  const first = !blocks.api_permissions.some(rule => replacesBuiltIn(rule, call.face))
  // A rule cannot say what scopes and levels say, so the first one would take more than it gives.
  if (!first || (call.face !== 'vernemq' && call.face !== 'hermes')) yield added(blocks, who, asking, first)
}

function* withWhat(blocks: Blocks, rule: Rule, { call }: Asking): Generator<Candidate> {
  const { name, what = [] } = rule
  const removing = what.filter(each => each.negated && names(each, call))
  if (removing.length > 0) {
    const kept = what.filter(each => !removing.includes(each))
    const text = `remove ${removing.map(each => `\`${whatText(each)}\``).join(' and ')} from \`what\` of rule "${name}"`
    yield { text, blocks: replaced(blocks, { ...rule, what: kept }) }
  } else if (!covers(what, call)) {
    const adding = whatOf({ call })
    const text = `add \`${whatText(adding)}\` to \`what\` of rule "${name}"${rule.what ? '' : ', which has none'}`
    yield { text, blocks: replaced(blocks, { ...rule, what: [...what, adding] }) }
  }
}

function* withHosts(blocks: Blocks, rule: Rule, asking: Asking): Generator<Candidate> {
  if (rule.hosts.length === 0) return
  const outside = hostsOf(asking).filter(host => !insideHosts(rule.hosts, { ...asking, call: about(asking, host) }))
  const others = [...new Set(outside.map(prepareDomain))].filter(host => host !== undefined)
  if (others.length === 0) return
  const text = `add ${others.map(host => `\`host: ${scalar(host)}\``).join(' and ')} to \`what\` of rule "${rule.name}"`
  yield { text, blocks: replaced(blocks, { ...rule, hosts: [...rule.hosts, ...others] }) }
}

function added(blocks: Blocks, who: Who, asking: Asking, first: boolean): Candidate {
  const { call, identity } = asking
  const own = blocks.api_permissions
  const module = call.face === 'ejabberd' ? 'mod_http_api' : call.face
  const title = `${callerName(identity)} may ${call.command ?? call.permission}`
  let name = title
  for (let number = 2; own.some(rule => rule.name === name); number++) name = `${title} (${number})`
  const rule: Rule = { name, from: { modules: [module], tags: [] }, who: [who], what: [whatOf(asking)], hosts: [] }
  const keep = first ? kept(call.face, module) : undefined
  const also = keep && `; it replaces the built-in rule, which you keep by adding also \`${ruleText(keep)}\``
  const rules = keep ? [...own, rule, keep] : [...own, rule]
  return {
    text: `add to \`api_permissions\` the rule \`${ruleText(rule)}\`${also ?? ''}`,
    blocks: { ...blocks, api_permissions: rules },
  }
}

/** What comes nearest to the built-in rule that a first rule for the face replaces. */
function kept(face: string, module: string): Rule {
  if (face === 'ejabberd') return EJABBERD_DEFAULT
  const every: What = { kind: 'every', name: '*', negated: false }
  const from = { modules: [module], tags: [] }
  return { name: `administrators on ${face}`, from, who: [{ key: 'acl', value: 'admin' }], what: [every], hosts: [] }
}

/** As a line of `api_permissions`. */
export function ruleText({ name, from, who = [], what = [] }: Rule): string {
  const parts = [
    `from: ${listText(from.modules)}`,
    `who: ${who.length === 1 ? `{${whoText(who[0]!)}}` : `[${who.map(each => `{${whoText(each)}}`).join(', ')}]`}`,
    `what: ${what.length === 1 ? whatText(what[0]!) : `[${what.map(whatText).join(', ')}]`}`,
  ]
  return `${JSON.stringify(name)}: {${parts.join(', ')}}`
}

/** The narrowest entry that this caller, and few others, would match. */
function whoOf(asking: Asking): Who | undefined {
  const { identity, call } = asking
  const jid = jidOf(asking)
  if (jid === undefined && isIP(call.address) === 0) return undefined
  const item = jid === undefined ? { key: 'ip' as const, value: call.address } : userItem(jid)
  if (identity?.kind !== 'token') return item
  const { scopes = [] } = identity
  const scope = scopes.includes('ejabberd:admin') ? 'ejabberd:admin' : (scopes[0] ?? 'ejabberd:admin')
  return { key: 'oauth', scopes: [scope], entries: [item] }
}

function jidOf({ local, domain }: Asking): string | undefined {
  return local === undefined ? undefined : bareJid(`${local}@${domain}`)
}

/** ejabberd's commands have names that a rule can use; elsewhere permissions do. */
function whatOf({ call }: Pick<Asking, 'call'>): What {
  const { face, command, permission } = call
  if (face === 'ejabberd' && command !== undefined && COMMAND.test(command)) {
    return { kind: 'command', name: command, negated: false }
  }
  if (PERMISSION.test(permission)) return { kind: 'permission', name: permission, negated: false }
  return { kind: 'every', name: '*', negated: false }
}

function about({ call }: Asking, host: string): Asking['call'] {
  return { ...call, hosts: () => [host] }
}

function replaced(blocks: Blocks, rule: Rule): Blocks {
  const rules = blocks.api_permissions.map(each => (each.name === rule.name ? rule : each))
  return { ...blocks, api_permissions: rules }
}
