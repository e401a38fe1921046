import type { Change } from 'patchbay'
import { keyOf } from '../accounts/addresses.js'
import { newRevision } from '../accounts/record.js'
import { inGroupTurn } from '../groups/change.js'
import { settle } from '../groups/settle.js'
import { showTo, unavailable } from '../presence/share.js'
import type { Server } from '../server.js'
import { CLIENT, element } from '../xml/element.js'
import { announceStep } from './deliver-step.js'
import { afterContacts } from './state.js'
import type { Step } from './transitions.js'

/** An account that is gone, and whose rosters still have it. */
export interface Farewell {
  account: string
  contacts: string[]
}

/**
 * What is stored of a roster, as changes that take it away. Once they are written, the subscriptions of contacts end
 * too: whoever registers the name anew must not be shown what the one before was.
 */
export async function* forgetRoster(server: Server, account: string): AsyncGenerator<Change> {
  const contacts: string[] = []
  for await (const block of server.rosters.blocks(account)) for (const [contact] of block) contacts.push(contact)
  yield* server.rosters.forget(account)
  if (contacts.length === 0) return
  // Names may come and go several times before everybody has been told.
  const key = `${keyOf(account)}/${newRevision()}`
  const farewell: Farewell = { account, contacts }
  yield { put: key, value: farewell, in: server.registry.stores.farewells }
  void finish(server, key, farewell)
}

/** Whom the process before this one did not get to tell. */
export async function finishFarewells(server: Server): Promise<void> {
  for await (const [key, farewell] of server.registry.stores.farewells.entries()) await finish(server, key, farewell)
}

async function finish(server: Server, key: string, { account, contacts }: Farewell): Promise<void> {
  try {
    await part(server, account, contacts)
    await server.registry.stores.farewells.delete(key)
  } catch (thrown) {
    server.log.error(
      { err: thrown },
      `the contacts of ${account}, which is gone, could not all be told; the next start tries again`,
    )
  }
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
