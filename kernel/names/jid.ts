import { domainToASCII } from 'node:url'

/** An address of XMPP (RFC 7622), prepared: two that mean the same are equal texts. */
export interface Jid {
  /** Undefined for the JID of a server. */
  readonly local: string | undefined
  readonly domain: string
  readonly resource: string | undefined
}

/** Each part of a JID, in bytes (RFC 7622 §3.2-3.4). */
const LONGEST_PART = 1023
/** The IdentifierClass of PRECIS (RFC 8264 §4.2), without what RFC 7622 §3.3.1 excludes. */
const LOCAL = /^[\p{L}\p{N}\p{M}\x21\x23-\x25\x28-\x2e\x30-\x39\x3b\x3d\x3f\x5b-\x7e]+$/u
const DOMAIN = /^(?!-)[a-z0-9._-]{1,255}$|^\[[0-9a-f:.]+\]$/
const WIDE = /[\u3000\uff01-\uffdc\uffe0-\uffee]/g
const HIDDEN_IN_RESOURCE = /[\p{Cc}\p{Cs}\p{Cn}]/u

/** Prepares `local@domain/resource`; undefined when it is no JID. */
export function parseJid(text: string): Jid | undefined {
  const slash = text.indexOf('/')
  const bare = slash < 0 ? text : text.slice(0, slash)
  const resource = slash < 0 ? undefined : prepareResource(text.slice(slash + 1))
  if (slash >= 0 && resource === undefined) return undefined
  const at = bare.indexOf('@')
  const local = at < 0 ? undefined : prepareLocal(bare.slice(0, at))
  const domain = prepareDomain(bare.slice(at + 1))
  if (domain === undefined || (at >= 0 && local === undefined)) return undefined
  return { local, domain, resource }
}

/** The bare JID with a local part that `text` means; undefined when it is none. A resource is left off. */
export function bareJid(text: string): string | undefined {
  const jid = parseJid(text)
  return jid?.local === undefined ? undefined : bareOf(jid)
}

/** A JID without its resource, as text. */
export function bareOf({ local, domain }: Jid): string {
  return local === undefined ? domain : `${local}@${domain}`
}

/** A JID as text. */
export function formatJid(jid: Jid): string {
  return jid.resource === undefined ? bareOf(jid) : `${bareOf(jid)}/${jid.resource}`
}

/** The profile UsernameCaseMapped (RFC 8265 §3.3): width, case, NFC; what it forbids gives undefined. */
export function prepareLocal(text: string): string | undefined {
  if (/^[a-z0-9._-]{1,1023}$/.test(text)) return text
  const mapped = text
    .replace(WIDE, wide => wide.normalize('NFKC'))
    .toLowerCase()
    .normalize('NFC')
  if (!LOCAL.test(mapped) || mapped !== mapped.normalize('NFKC')) return undefined
  return Buffer.byteLength(mapped) <= LONGEST_PART ? mapped : undefined
}

/** Lower case, without the dot at the end; internationalised names in their ASCII form. */
export function prepareDomain(text: string): string | undefined {
  const lower = text.toLowerCase().replace(/\.$/, '')
  if (DOMAIN.test(lower)) return lower
  const ascii = Buffer.byteLength(lower) === lower.length ? '' : domainToASCII(lower)
  const named = ascii.replace(/\.$/, '')
  return DOMAIN.test(named) ? named : undefined
}

/** The profile OpaqueString (RFC 8265 §4.2), where case counts. */
export function prepareResource(text: string): string | undefined {
  const mapped = text.replace(/\p{Zs}/gu, ' ').normalize('NFC')
  if (mapped === '' || HIDDEN_IN_RESOURCE.test(mapped)) return undefined
  return Buffer.byteLength(mapped) <= LONGEST_PART ? mapped : undefined
}
