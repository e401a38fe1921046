import type { Jid } from 'patchbay'

/** A bare, prepared JID in its parts; undefined for the JID of a host. */
export function partsOf(jid: string): { local: string; host: string } | undefined {
  const at = jid.indexOf('@')
  return at < 1 ? undefined : { local: jid.slice(0, at), host: jid.slice(at + 1) }
}

/** A JID without its resource, as text. */
export function bareOf({ local, domain }: Jid): string {
  return local === undefined ? domain : `${local}@${domain}`
}

/** A JID as text. */
export function addressOf(jid: Jid): string {
  return jid.resource === undefined ? bareOf(jid) : `${bareOf(jid)}/${jid.resource}`
}

/** Where an account is stored: host first, so that a host's accounts are one range. Neither part has a slash. */
export function accountKey(local: string, host: string): string {
  return `${host}/${local}`
}

/** All accounts of a host, after the one called `after`. */
export function accountsOf(host: string, after = ''): { gt: string; lt: string } {
  return { gt: accountKey(after, host), lt: `${host}0` }
}

/** An account's bare JID, by its key. */
export function accountOf(key: string): string {
  const slash = key.indexOf('/')
  return `${key.slice(slash + 1)}@${key.slice(0, slash)}`
}

/** Where an entry of a roster is stored: its owner's account, then the contact's bare JID. */
export function rosterKey(owner: string, contact: string): string {
  return `${owner}/${contact}`
}

/** All that is stored under an account's key and a slash. */
export function allOf(owner: string): { gt: string; lt: string } {
  return { gt: `${owner}/`, lt: `${owner}0` }
}
