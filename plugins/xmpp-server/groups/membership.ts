import type { Change } from 'patchbay'
import type { Server } from '../server.js'
import { groupKey } from './keys.js'
import type { GroupRecord, Membership } from './record.js'
import { admit, dismiss } from './room.js'
import { settle } from './settle.js'
import type { StoredGroups } from './stored-groups.js'

export async function addMember(
  server: Server,
  stored: StoredGroups,
  host: string,
  id: string,
  jid: string,
  delayed: boolean,
): Promise<'added' | 'already' | 'unknown_group'> {
  const key = groupKey(host, id)
  const record = stored.group(key)
  if (!record || record.leaving) return 'unknown_group'
  const before = server.registry.stores.groupMembers.getSync(`${key}/${jid}`)
  const membership: Membership = delayed && (!before || before.delayed) ? { delayed: true } : {}
  await writeMembership(server, key, jid, membership)
  if (record.room !== undefined) await admit(server, record.room, jid)
  if (!delayed) await meet(server, stored, key, jid)
  return before && !before.leaving ? 'already' : 'added'
}

export async function removeMember(
  server: Server,
  stored: StoredGroups,
  host: string,
  id: string,
  jid: string,
): Promise<'removed' | 'no_member' | 'unknown_group'> {
  const { stores } = server.registry
  const key = groupKey(host, id)
  const record = stored.group(key)
  if (!record) return 'unknown_group'
  if (!stores.groupMembers.getSync(`${key}/${jid}`)) return 'no_member'
  await writeMembership(server, key, jid, { leaving: true })
  await meet(server, stored, key, jid)
  if (record.room !== undefined) await dismiss(server, record.room, jid)
  await stores.groups.batch(withoutMembership(server, key, jid))
  return 'removed'
}

/** One member's own roster as a whole, and this one contact in those of the others. */
async function meet(server: Server, stored: StoredGroups, key: string, jid: string): Promise<void> {
  await settle(server, stored, jid)
  for (const other of await everyoneAround(stored, key)) if (other !== jid) await settle(server, stored, other, [jid])
}

/** The members of the group and of those around it, also the ones who do not share at the moment. */
export async function everyoneAround(stored: StoredGroups, key: string): Promise<Set<string>> {
  const found = new Set<string>()
  for (const each of new Set([key, ...(await stored.around(key))])) {
    for (const [jid] of await stored.members(each)) found.add(jid)
  }
  return found
}

function writeMembership(server: Server, key: string, jid: string, membership: Membership): Promise<void> {
  return server.registry.stores.groups.batch(withMembership(server, key, jid, membership))
}

export function withMembership(
  server: Server,
  key: string,
  jid: string,
  membership: Membership,
): Change<GroupRecord>[] {
  const { groupMembers, memberships } = server.registry.stores
  return [
    { put: `${key}/${jid}`, value: membership, in: groupMembers },
    { put: `${jid}/${key}`, value: membership, in: memberships },
  ]
}

/** Without any trace of the membership. */
export function withoutMembership(server: Server, key: string, jid: string): Change<GroupRecord>[] {
  const { groupMembers, memberships } = server.registry.stores
  return [
    { delete: `${key}/${jid}`, in: groupMembers },
    { delete: `${jid}/${key}`, in: memberships },
  ]
}
