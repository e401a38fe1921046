import type { Identity } from 'patchbay'
import type { Access, Item, Step, What, Who } from './blocks.js'

/** How an item is written: `user: john@localhost`. */
export function itemText({ key, value, host }: Item): string {
  if (key === 'all' || key === 'none') return key
  if (host === undefined) return `${key}: ${scalar(value)}`
  return key === 'user' ? `user: ${value}@${host}` : `${key}: {${scalar(value)}: ${scalar(host)}}`
}

export function whoText(who: Who): string {
  if (who.key === 'access') return `access: ${accessText(who.access)}`
  if (who.key !== 'oauth') return itemText(who)
  return `oauth: {${[`scope: ${listText(who.scopes)}`, ...who.entries.map(whoText)].join(', ')}}`
}

export function accessText(access: Access): string {
  if ('name' in access) return scalar(access.name)
  return `[${access.steps.map(step => `{${stepText(step)}}`).join(', ')}]`
}

export function stepText({ decision, items }: Step): string {
  const texts = items.map(item => (item.key === 'acl' ? scalar(item.value) : itemText(item)))
  return `${decision}: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`
}

/** As in `what`, in quotes where YAML needs them. */
export function whatText({ kind, name, negated }: What): string {
  const text = `${negated ? '!' : ''}${kind === 'tag' ? `[tag:${name}]` : name}`
  return scalar(text)
}

export function listText(texts: readonly string[]): string {
  return texts.length === 1 ? scalar(texts[0]!) : `[${texts.map(scalar).join(', ')}]`
}

/** A text as YAML can read it back. */
export function scalar(text: string): string {
  const plain = /^[a-zA-Z_/][\w@./:-]*$/.test(text) && !/:$|^(true|false|null|yes|no|on|off)$/i.test(text)
  return plain || /^\d+\.[\d.]+(\/\d+)?$/.test(text) ? text : JSON.stringify(text)
}

/** `a, b or c`; of many only the first few. */
export function enumerate(texts: readonly string[], word: 'and' | 'or', most = 5): string {
  const shown = texts.length > most ? [...texts.slice(0, most), `${texts.length - most} more`] : texts
  if (shown.length < 2) return shown[0] ?? 'nobody'
  return `${shown.slice(0, -1).join(', ')} ${word} ${shown.at(-1)}`
}

/** Who is asked about: `operator admin (admin@localhost)`. */
export function callerText(identity: Identity | undefined): string {
  if (!identity) return 'a caller without credentials'
  const { kind, name, jid, scopes = [], level } = identity
  const owner = jid ?? name
  if (kind === 'local') return 'the control socket'
  if (kind === 'account') return `account ${owner}`
  if (kind === 'operator') return `operator ${name}${jid === undefined ? '' : ` (${jid})`}`
  if (kind === 'session') return `session of ${name} with level ${level ?? 0}`
  return `${kind} of ${owner} with ${scopes.length === 0 ? 'no scope' : `the scope ${enumerate(scopes, 'and')}`}`
}

/** The same in two or three words, for the middle of a sentence. */
export function callerName(identity: Identity | undefined): string {
  if (!identity) return 'a caller without credentials'
  return identity.jid ?? `the ${identity.kind} ${identity.name}`
}
