import type { AccessLevel, Identity } from 'patchbay'
import type { Asking } from './asking.js'
import type { Blocks, Item, Rule, Who } from './blocks.js'
import { covers } from './coverage.js'
import type { RulesOfFace } from './explain.js'
import { reaches } from './faces.js'
import type { Candidate } from './smallest-change.js'

const MOST_USERS = 20

/** What the caller could do differently, with the rules as they are. */
export function* callersThatCould(from: RulesOfFace, asking: Asking): Generator<Candidate> {
  const { identity, call } = asking
  const rules = from.rules.flatMap(({ rule }) =>
    rule && reaches(rule, call.face) && covers(rule.what, call) ? [rule] : [],
  )
  if (identity?.kind === 'token') yield* withScopes(identity, rules)
  if (identity?.kind === 'key' && call.scope !== undefined) {
    const text = `give the key ${identity.name} the scope "${call.scope}"`
    yield { text, identity: { ...identity, scopes: [...(identity.scopes ?? []), call.scope] } }
  }
  if (identity?.kind === 'session' && call.level) {
    yield { text: `raise the level of ${identity.name} to ${call.level}`, identity: { ...identity, level: call.level } }
  }
  if (identity?.kind === 'operator') yield* withMoreLevel(identity, call.level)
  for (const rule of rules) yield* throughTags(asking, rule)
  if (!identity) yield* withCredentials(from, rules)
  yield* asTheFaceExpects(asking)
}

function* withScopes(identity: Identity, rules: readonly Rule[]): Generator<Candidate> {
  for (const { name, who = [] } of rules) {
    for (const entry of who) {
      if (entry.key !== 'oauth' || entry.scopes.length === 0) continue
      const [scope] = entry.scopes as [string]
      const text = `get a token with the scope "${scope}", which rule "${name}" asks for`
      yield { text, identity: { ...identity, scopes: [...(identity.scopes ?? []), scope] } }
    }
  }
}

function* withMoreLevel(identity: Identity, level: AccessLevel | 0 | undefined): Generator<Candidate> {
  if (level)
    yield { text: `raise the level of operator ${identity.name} to ${level}`, identity: { ...identity, level } }
  const text = `make operator ${identity.name} an administrator, with the tag "administrator"`
  yield { text, identity: { ...identity, level: 3 } }
}

function* throughTags({ call }: Asking, { name, from }: Rule): Generator<Candidate> {
  for (const tag of from.tags) {
    yield { text: `call through a listener with "tag: ${tag}", which rule "${name}" is about`, call: { ...call, tag } }
  }
}

function* withCredentials(from: RulesOfFace, rules: readonly Rule[]): Generator<Candidate> {
  const [host = 'localhost'] = from.surroundings.hosts
  for (const { name, who = [] } of rules) {
    for (const jid of usersIn(who, from.blocks, host).slice(0, MOST_USERS)) {
      const text = `call with the credentials of ${jid}, whom rule "${name}" allows`
      yield { text, identity: { kind: 'account', name: jid, jid } }
    }
  }
  const jid = `admin@${host}`
  const operator: Identity = { kind: 'operator', name: 'admin', jid, level: 3 }
  yield { text: 'call with the credentials of an administrator, an operator of level 3', identity: operator }
}

/** Keys and levels are the whole model of two faces, which a rule could only replace. */
function* asTheFaceExpects({ identity, call }: Asking): Generator<Candidate> {
  if (call.scope !== undefined && identity?.kind !== 'key') {
    const key: Identity = { kind: 'key', name: 'key', scopes: [call.scope] }
    yield { text: `call with an API key that has the scope "${call.scope}"`, identity: key }
  }
  if (call.level && identity?.kind !== 'session') {
    const session: Identity = { kind: 'session', name: 'session', level: call.level }
    yield { text: `log in to Hermes as somebody of level ${call.level}`, identity: session }
  }
}

/** JIDs that the entries name, those of acls included. */
function usersIn(who: readonly Who[], { acl, access_rules }: Blocks, host: string): string[] {
  const seen = new Set<string>()
  const found: string[] = []
  const visit = (item: Item): void => {
    if (item.key === 'user') found.push(`${item.value}@${item.host ?? host}`)
    if (item.key !== 'acl' || seen.has(item.value)) return
    seen.add(item.value)
    acl.get(item.value)?.forEach(visit)
  }
  for (const entry of who) {
    if (entry.key === 'oauth') continue
    if (entry.key !== 'access') {
      visit(entry)
      continue
    }
    const { access } = entry
    const steps = 'name' in access ? access_rules.get(access.name) : access.steps
    for (const step of steps ?? []) if (step.decision === 'allow') step.items.forEach(visit)
  }
  return found
}
