import type { Rule } from './blocks.js'

/** Modules of ejabberd that a rule may name in `from` (contracts/xmpp.md §3.4). */
export const MODULES = [
  'ejabberd_ctl',
  'ejabberd_web_admin',
  'ejabberd_xmlrpc',
  'mod_adhoc_api',
  'mod_cron',
  'mod_http_api',
] as const
export const FACES = ['admin_rest', 'ejabberd', 'emq', 'vernemq', 'hermes', 'native'] as const

/** How a person knows a face. */
export const FACE_WORDS: Readonly<Record<string, string>> = {
  admin_rest: "Prosody's admin_rest",
  ejabberd: "ejabberd's HTTP API",
  emq: "EMQ's API",
  vernemq: "VerneMQ's API",
  hermes: "Hermes' API",
  native: "Patchbay's own API",
}

const OWN: readonly string[] = [...MODULES, 'ejabberd']

/** Whether the rule speaks of ejabberd's own modules: it names one, or it names nothing. */
export function speaksOfEjabberd({ from }: Rule): boolean {
  return from.modules.length === 0 || from.modules.some(name => OWN.includes(name))
}

/** Whether the rule could allow something on the face. Its tags are another matter. */
export function reaches({ from }: Rule, face: string): boolean {
  if (face !== 'ejabberd') return from.modules.includes(face)
  return from.modules.length === 0 || from.modules.includes('mod_http_api') || from.modules.includes('ejabberd')
}

/** Whether the rule stands in for the built-in ones of the face. */
export function replacesBuiltIn(rule: Rule, face: string): boolean {
  return face === 'ejabberd' ? speaksOfEjabberd(rule) : reaches(rule, face)
}

/** Whether the rule is about calls through a listener with this tag. */
export function hears({ from: { tags } }: Rule, tag: string | undefined): boolean {
  return tags.length === 0 || (tag !== undefined && tags.includes(tag))
}
