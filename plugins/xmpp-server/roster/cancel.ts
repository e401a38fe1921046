import type { Server } from '../server.js'
import { StanzaError } from '../stanza/error.js'
import { CLIENT, element } from '../xml/element.js'
import { announceStep } from './deliver-step.js'
import { afterContacts, stateOf } from './state.js'
import { OUTBOUND, type Step } from './transitions.js'

/** Takes a contact out of a roster, and its subscriptions with it, both ways (RFC 6121 §2.5). */
export async function cancel(server: Server, owner: string, contact: string): Promise<void> {
  await server.rosters.change([owner, contact], draft => {
    const record = draft.exists(owner) ? draft.get(owner, contact) : undefined
    if (!record || record.unlisted) throw new StanzaError('item-not-found')
    const before = stateOf(record)
    draft.put(owner, contact, undefined)
    for (const step of ['unsubscribe', 'unsubscribed'] satisfies Step[]) {
      if (OUTBOUND[step][before] === undefined || contact === owner || !draft.exists(contact)) continue
      const theirs = draft.get(contact, owner)
      const changed = afterContacts(theirs, step)
      if (changed === theirs) continue
      draft.put(contact, owner, changed)
      draft.afterwards(() =>
        announceStep(server, contact, element(CLIENT, 'presence', { type: step, from: owner, to: contact })),
      )
    }
  })
}
