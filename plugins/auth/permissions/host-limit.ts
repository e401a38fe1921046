import { prepareDomain } from 'patchbay'
import type { Asking } from './asking.js'
import { callerName, enumerate } from './words.js'

/** `host:` in `what`: the rule speaks only of calls whose domains all are these, or below them. */
export function insideHosts(limits: readonly string[], asking: Asking): boolean {
  if (limits.length === 0) return true
  const hosts = hostsOf(asking)
  return hosts.length > 0 && hosts.every(host => limits.some(limit => isWithin(host, limit, asking)))
}

export function missesHosts(limits: readonly string[], asking: Asking): string {
  const hosts = hostsOf(asking)
  const own = asking.domain ?? `which ${callerName(asking.identity)} has not`
  const limit = enumerate(
    limits.map(host => (host === 'caller' ? `the domain of the caller (${own})` : host)),
    'and',
  )
  if (hosts.length === 0) return `it is limited to ${limit}, and the call names no domain`
  return `it is limited to ${limit}, and the call is about ${enumerate(
    hosts.map(host => host || '""'),
    'and',
  )}`
}

/** A served domain below another one is a domain of its own, not a service of that one. */
function isWithin(host: string, limit: string, { domain, hosts }: Asking): boolean {
  const base = limit === 'caller' ? domain : limit
  const name = prepareDomain(host)
  if (base === undefined || name === undefined) return false
  if (name === base) return true
  return isBelow(name, base) && !hosts.some(other => isBelow(other, base) && (name === other || isBelow(name, other)))
}

function isBelow(name: string, base: string): boolean {
  return name.endsWith(`.${base}`)
}

export function hostsOf({ call }: Asking): readonly string[] {
  try {
    return call.hosts?.() ?? []
  } catch {
    // Arguments that cannot be read name no domain that a rule could be sure of.
    return []
  }
}
