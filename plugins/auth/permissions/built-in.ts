import { type Identity, prepareDomain } from 'patchbay'
import type { Asking } from './asking.js'
import type { Blocks, Rule } from './blocks.js'
import { hostsOf } from './host-limit.js'
import type { LiveRule } from './live-rule.js'
import { callerText } from './words.js'

interface Model {
  readonly name: string
  matches(identity: Identity | undefined, asking: Asking): boolean
  readonly asksFor: (asking: Asking) => string
}

const administrator = (identity: Identity | undefined) => identity?.kind === 'operator' && identity.level === 3
const OPERATORS = () => 'an operator of level 3 (tag administrator or admin)'

/** Who may do what on the faces that no configured rule names, as their documentation says (design §4). */
function models({ admins }: Blocks): Readonly<Record<string, Model>> {
  return {
    admin_rest: {
      name: 'administrators of admin_rest',
      matches(identity, asking) {
        const { local, domain } = asking
        if (administrator(identity)) return true
        if (identity?.kind !== 'account' && identity?.kind !== 'operator') return false
        if (local !== undefined && admins.includes(`${local}@${domain}`)) return true
        if (identity.kind !== 'account') return false
        // The role of an account of one host says nothing about the accounts of another one.
        return identity.role === 'prosody:operator' || (identity.role === 'prosody:admin' && isAboutOwnHost(asking))
      },
      asksFor: asking =>
        `${OPERATORS()}, a JID in "admins", or an account with the role prosody:operator${isAboutOwnHost(asking) ? ' or prosody:admin' : ', or prosody:admin of that host'}`,
    },
    emq: {
      name: 'operators on EMQ',
      matches: identity => identity?.kind === 'operator' && identity.level !== 1 && identity.level !== 2,
      asksFor: () => 'an operator who is not limited to reading',
    },
    vernemq: {
      name: 'scopes of VerneMQ keys',
      matches(identity, { call }) {
        return identity?.kind === 'key' && call.scope !== undefined && (identity.scopes?.includes(call.scope) ?? false)
      },
      asksFor: ({ call }) => `an API key with the scope "${call.scope ?? '(none is declared)'}"`,
    },
    hermes: {
      name: 'levels of Hermes',
      // A node that declares nothing is taken for the most dangerous one.
      matches: (identity, { call }) => call.level === 0 || (identity?.level ?? 0) >= (call.level ?? 3),
      asksFor: ({ call }) => `level ${call.level ?? 3} or more`,
    },
    native: { name: 'administrators', matches: administrator, asksFor: OPERATORS },
  }
}

function isAboutOwnHost(asking: Asking): boolean {
  return hostsOf(asking).every(host => prepareDomain(host) === asking.domain)
}

/** The built-in rules of a face but ejabberd. A face that nobody knows has none, so nothing is permitted there. */
export function builtIn(blocks: Blocks, face: string): LiveRule[] {
  const model = Object.hasOwn(models(blocks), face) ? models(blocks)[face] : undefined
  if (!model) return []
  return [
    {
      name: model.name,
      origin: 'built in',
      rule: undefined,
      covers: () => true,
      matches: asking => model.matches(asking.identity, asking),
      misses: asking => ({
        part: 'who',
        because: `who: it takes ${model.asksFor(asking)}, not ${callerText(asking.identity)}`,
      }),
      hits: asking => `who: it takes ${model.asksFor(asking)}, which ${callerText(asking.identity)} is`,
    },
  ]
}

/** ejabberd's, when no rule speaks of its modules (contracts/xmpp.md §3.4). */
export const EJABBERD_DEFAULT: Rule = {
  name: 'admin access',
  from: { modules: ['mod_http_api'], tags: [] },
  who: [
    { key: 'acl', value: 'admin' },
    { key: 'oauth', scopes: ['ejabberd:admin'], entries: [{ key: 'acl', value: 'admin' }] },
  ],
  what: [
    { kind: 'every', name: '*', negated: false },
    { kind: 'command', name: 'stop', negated: true },
    { kind: 'command', name: 'start', negated: true },
  ],
  hosts: [],
}
