import { setImmediate } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Server } from '../server.js'
import { withSharing } from './entry.js'
import { sharingOf } from './sharing.js'
import type { StoredGroups } from './stored-groups.js'

/** How many entries are written at once. */
const BLOCK = 50

/**
 * Brings the roster of an account in line with its groups: the entries of `contacts`, or all of them. Its clients are
 * told, and whoever may see its presence from now on is shown it. Somebody who is no account yet has no roster.
 */
export async function settle(
  server: Server,
  stored: StoredGroups,
  owner: string,
  contacts?: readonly string[],
): Promise<void> {
  if (!server.accounts.find(owner)) return
  const sharing = await sharingOf(stored, owner, contacts)
  const concerned = contacts ?? (await everyContact(server, owner, sharing.keys()))
  const differing = concerned.filter(contact => {
    const now = server.rosters.entry(owner, contact)
    return contact !== owner && !isDeepStrictEqual(now, withSharing(now, sharing.get(contact)))
  })
  for (let from = 0; from < differing.length; from += BLOCK) {
    await server.rosters.change([owner], draft => {
      if (!draft.exists(owner)) return
      for (const contact of differing.slice(from, from + BLOCK)) {
        draft.put(owner, contact, withSharing(draft.get(owner, contact), sharing.get(contact)))
      }
    })
    await setImmediate()
  }
}

/** Those that groups give now, and those that they gave before. */
async function everyContact(server: Server, owner: string, now: Iterable<string>): Promise<string[]> {
  const contacts = new Set(now)
  for await (const block of server.rosters.blocks(owner)) {
    for (const [contact, { shared }] of block) if (shared) contacts.add(contact)
  }
  return [...contacts]
}
