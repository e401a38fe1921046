import type { AccessLevel, Call, Identity } from 'patchbay'

/** What the engine has to know of its surroundings. */
export interface Surroundings {
  /** The domains that are served, the first of which is the operators'. */
  readonly hosts: readonly string[]
  /** The level of the operator whose JID this is, asked at each decision; undefined when it is no operator's. */
  levelOf?(jid: string): AccessLevel | undefined
}

/** One question to the rules. */
export interface Asking {
  /** No two questions share it, so an answer that stands beside it belongs to this one. */
  readonly id: number
  readonly identity: Identity | undefined
  readonly call: Call
  /** Tokens match only entries that are made for them. */
  readonly token: boolean
  /** Bare; these three are undefined for callers without one. */
  readonly jid: string | undefined
  readonly local: string | undefined
  readonly domain: string | undefined
  /** The domains that are served. */
  readonly hosts: readonly string[]
}

let asked = 0

export function askingOf(identity: Identity | undefined, call: Call, hosts: readonly string[]): Asking {
  const jid = identity?.jid
  const at = jid === undefined ? -1 : jid.indexOf('@')
  const named = at > 0
  return {
    id: ++asked,
    identity,
    call,
    token: identity?.kind === 'token',
    jid: named ? jid : undefined,
    local: named ? jid!.slice(0, at) : undefined,
    domain: named ? jid!.slice(at + 1) : undefined,
    hosts,
  }
}

/** One part of a rule. */
export interface Matcher {
  /** As it is written. */
  readonly text: string
  matches(asking: Asking): boolean
  /** Why it does not match, with both sides named. */
  misses(asking: Asking): string
}

/** Asks once in each decision, however many rules use it. What contains itself matches nobody. */
export function once(matches: (asking: Asking) => boolean): (asking: Asking) => boolean {
  let last = 0
  let answer = false
  return asking => {
    if (last === asking.id) return answer
    last = asking.id
    answer = false
    answer = matches(asking)
    // Another question may have been asked meanwhile.
    last = asking.id
    return answer
  }
}
