import type { Call, Identity, RuleTried } from 'patchbay'
import { type Asking, askingOf, type Surroundings } from './asking.js'
import type { Blocks, Rule } from './blocks.js'
import { builtIn, EJABBERD_DEFAULT } from './built-in.js'
import { explain } from './explain.js'
import { replacesBuiltIn } from './faces.js'
import { type LiveRule, liveRule } from './live-rule.js'
import { Items } from './match-items.js'
import { Whos } from './match-who.js'

/** The rules of one generation. */
export interface Permissions {
  /** Default deny: true only when a rule allows the call. Never throws, never waits. */
  permits(identity: Identity | undefined, call: Call): boolean
  /** The same decision, with each rule that was tried and the smallest change that would allow the call. */
  explain(identity: Identity | undefined, call: Call): Decision
  /** Whether the owner of a bare, prepared JID may get a token at all: the access rule `oauth_access`. */
  oauthAllows(jid: string, address: string): boolean
}

export interface Decision {
  readonly allowed: boolean
  readonly rules: readonly RuleTried[]
  readonly change?: string
}

/** Commands have a few hundred names; whoever asks for more of them gets slower answers, not more memory. */
const REMEMBERED = 5000

/** Of the rules for a face, those that cover one command. */
interface Covering {
  readonly of: Call
  readonly rules: readonly LiveRule[]
}

/** Rules, once per generation: `permits` answers in microseconds (bench/permission-decision.ts). */
export function compilePermissions(blocks: Blocks, surroundings: Surroundings): Permissions {
  const items = new Items(blocks, surroundings)
  const whos = new Whos(blocks, items)
  const configured = blocks.api_permissions.map(rule => liveRule(rule, 'configuration', whos))
  const fallback = liveRule(EJABBERD_DEFAULT, 'built in', whos)
  const oauthAccess = whos.access(accessOfTokens(blocks))

  /** All that is tried on a face, in order. */
  const rulesOf = (face: string): LiveRule[] => {
    if (configured.some(({ rule }) => replacesBuiltIn(rule as Rule, face))) return configured
    return [...configured, ...(face === 'ejabberd' ? [fallback] : builtIn(blocks, face))]
  }

  const faces = new Map<string, LiveRule[]>()
  /** By face, then by command: texts that are there already, so that none has to be made for a look-up. */
  const known = new Map<string, Map<string, Covering>>()
  const covering = (call: Call): readonly LiveRule[] => {
    const key = call.command ?? call.permission
    const ofFace = known.get(call.face)
    const before = ofFace?.get(key)
    if (before && sameCommand(before.of, call)) return before.rules
    if (known.size >= REMEMBERED || (ofFace?.size ?? 0) >= REMEMBERED) known.clear()
    if (faces.size >= REMEMBERED) faces.clear()
    const all = faces.get(call.face) ?? rulesOf(call.face)
    faces.set(call.face, all)
    const rules = all.filter(rule => rule.covers(call))
    const { face, permission, command, tags } = call
    const covering = { of: { face, permission, command, tags, address: '' }, rules }
    known.set(face, (known.get(face) ?? new Map<string, Covering>()).set(key, covering))
    return rules
  }

  const permits = (identity: Identity | undefined, call: Call): boolean => {
    if (identity?.kind === 'local') return true
    const rules = covering(call)
    if (rules.length === 0) return false
    const asking: Asking = askingOf(identity, call, surroundings.hosts)
    for (const rule of rules) if (rule.matches(asking)) return true
    return false
  }

  return {
    permits,
    explain(identity, call) {
      const permitsWith = (changed: Blocks) =>
        changed === blocks ? permits : compilePermissions(changed, surroundings).permits
      return explain({ blocks, surroundings, rules: rulesOf(call.face), permitsWith }, identity, call)
    },
    oauthAllows(jid, address) {
      const level = surroundings.levelOf?.(jid)
      const owner: Identity = { kind: 'token', name: jid, jid, scopes: [], ...(level === undefined ? {} : { level }) }
      return oauthAccess.matches(askingOf(owner, { face: 'oauth', permission: '', address }, surroundings.hosts))
    },
  }
}

/** A name that is no access rule may be that of an acl here. */
function accessOfTokens({ oauth_access: access, access_rules: rules }: Blocks): Blocks['oauth_access'] {
  if (!('name' in access) || rules.has(access.name) || access.name === 'all' || access.name === 'none') return access
  return { steps: [{ decision: 'allow', items: [{ key: 'acl', value: access.name }], needs: 'all' }] }
}

function sameCommand(one: Call, other: Call): boolean {
  if (one.face !== other.face || one.command !== other.command || one.permission !== other.permission) return false
  const [some, others] = [one.tags ?? [], other.tags ?? []]
  return some === others || (some.length === others.length && some.every((tag, index) => tag === others[index]))
}
