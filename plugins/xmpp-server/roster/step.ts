import { bareOf, type Jid } from 'patchbay'
import { blocks } from '../blocking/blocklist.js'
import { presencesTo } from '../presence/share.js'
import type { Server } from '../server.js'
import { StanzaError } from '../stanza/error.js'
import { CLIENT, type Element, element, withAttributes } from '../xml/element.js'
import { serialize } from '../xml/serialize.js'
import { announceStep } from './deliver-step.js'
import type { RosterDraft } from './draft.js'
import { afterContacts, afterOwn, shows, stateOf } from './state.js'
import { isRouted, type Step } from './transitions.js'

/** What is kept of a request's own words, in bytes. */
const LONGEST_REQUEST = 2048
/** Requests of strangers that wait for an answer. */
const MOST_REQUESTS = 1000

/** A step of a subscription from one account to another, or to somebody else we serve (RFC 6121 §3): both sides at once. */
export async function takeStep(server: Server, stanza: Element, from: Jid, to: Jid, step: Step): Promise<void> {
  const [user, contact] = [bareOf(from), bareOf(to)]
  const component = server.components.get(to.domain)
  if (!component && !server.hosts.includes(to.domain)) throw new StanzaError('remote-server-not-found')
  if (user === contact) throw new StanzaError('not-allowed', 'An account sees itself without asking')
  const presence = withAttributes(stanza, { from: user, to: contact })
  const routed = await server.rosters.change([user, contact], draft => {
    const goes = !draft.exists(user) || takeOwn(server, draft, user, contact, step)
    if (goes && !component) takeContacts(server, draft, presence, step)
    return goes
  })
  if (routed && component) await component.receive(server, presence)
}

/** Whether the contact is told. */
function takeOwn(server: Server, draft: RosterDraft, user: string, contact: string, step: Step): boolean {
  const before = draft.get(user, contact)
  const after = afterOwn(before, step)
  draft.put(user, contact, after)
  if (after && !after.unlisted && (!before || before.unlisted)) draft.assertRoom(user, server.options.max_contacts)
  return isRouted(step, stateOf(before), stateOf(after))
}

function takeContacts(server: Server, draft: RosterDraft, presence: Element, step: Step): void {
  const { from: user = '', to: contact = '' } = presence.attributes
  if (!draft.exists(contact)) {
    if (step === 'subscribe') answer(server, draft, user, contact, 'unsubscribed')
    return
  }
  // As if it had not been answered yet: who is blocked does not learn of it (XEP-0191 §3.4).
  const silent = blocks(server, contact, user)
  if (silent && step === 'subscribe') return
  const before = draft.get(contact, user)
  if (step === 'subscribe' && shows(before)) {
    answer(server, draft, user, contact, 'subscribed')
    draft.afterwards(() => presencesTo(server, contact, user, true))
    return
  }
  if (step === 'subscribe' && !before && draft.head(contact).requests >= MOST_REQUESTS) return
  const after = afterContacts(before, step, step === 'subscribe' ? kept(presence) : undefined)
  if (stateOf(after) === stateOf(before)) return
  draft.put(contact, user, after)
  if (!silent) draft.afterwards(() => announceStep(server, contact, presence))
}

/** The server's answer for a contact that has none of its own to give (RFC 6121 §3.1.3). */
function answer(server: Server, draft: RosterDraft, user: string, contact: string, step: Step): void {
  const presence = element(CLIENT, 'presence', { type: step, from: contact, to: user })
  if (!draft.exists(user)) return
  const before = draft.get(user, contact)
  const after = afterContacts(before, step)
  if (stateOf(after) === stateOf(before)) return
  draft.put(user, contact, after)
  draft.afterwards(() => announceStep(server, user, presence))
}

function kept(presence: Element): string {
  const text = serialize(presence)
  return Buffer.byteLength(text) <= LONGEST_REQUEST ? text : serialize({ ...presence, children: [] })
}
