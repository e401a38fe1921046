import type { Change } from 'patchbay'
import { inGroupTurn } from '../groups/change.js'
import { settle } from '../groups/settle.js'
import { showTo, unavailable } from '../presence/share.js'
import type { Server } from '../server.js'
import { CLIENT, element } from '../xml/element.js'
import { announceStep } from './deliver-step.js'
import { afterContacts } from './state.js'
import type { Step } from './transitions.js'

/**
 * What is stored of a roster, as changes that take it away. Once they are written, the subscriptions of contacts end
 * too: whoever registers the name anew must not be shown what the one before was.
 */
export async function* forgetRoster(server: Server, account: string): AsyncGenerator<Change> {
  const contacts: string[] = []
  for await (const block of server.rosters.blocks(account)) for (const [contact] of block) contacts.push(contact)
  yield* server.rosters.forget(account)
  void part(server, account, contacts).catch(err =>
    server.log.error({ err }, `the contacts of ${account}, which is gone, could not all be told`),
  )
}

async function part(server: Server, account: string, contacts: readonly string[]): Promise<void> {
  for (const contact of contacts) {
    // Waits until the account is gone, as nobody else changes a roster of it meanwhile.
    await server.rosters.change([account, contact], draft => {
      const stays = draft.exists(account) && draft.get(account, contact) !== undefined
      if (stays || !draft.exists(contact)) return
      for (const step of ['unsubscribe', 'unsubscribed'] satisfies Step[]) {
        const before = draft.get(contact, account)
        const after = afterContacts(before, step)
        if (after === before) continue
        draft.put(contact, account, after)
        const presence = element(CLIENT, 'presence', { type: step, from: account, to: contact })
        draft.afterwards(() => announceStep(server, contact, presence))
      }
      draft.afterwards(() => showTo(server, account, contact, unavailable(account)))
    })
    if (!server.accounts.find(contact) || !server.rosters.entry(contact, account)?.shared) continue
    await inGroupTurn(server, stored => settle(server, stored, contact, [account]))
  }
}
