/** A bare, prepared JID in its parts; undefined for the JID of a host. */
export function partsOf(jid: string): { local: string; host: string } | undefined {
  const at = jid.indexOf('@')
  return at < 1 ? undefined : { local: jid.slice(0, at), host: jid.slice(at + 1) }
}

/** The domain of a bare JID, which it is itself where it has no local part. */
export function domainOf(jid: string): string {
  return jid.slice(jid.indexOf('@') + 1)
}

/** Where an account is stored: host first, so that a host's accounts are one range. Neither part has a slash. */
export function accountKey(local: string, host: string): string {
  return `${host}/${local}`
}

/** Where the account of a bare JID is stored. */
export function keyOf(account: string): string {
  const { local, host } = partsOf(account)!
  return accountKey(local, host)
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

/** All that is stored under a key and a slash: of an account, a group, a host. */
export function allOf(owner: string): { gt: string; lt: string } {
  return { gt: `${owner}/`, lt: `${owner}0` }
}
