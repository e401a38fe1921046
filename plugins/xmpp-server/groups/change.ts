import type { Change } from 'patchbay'
import type { XmppGroup } from '../../xmpp-admin/backend.js'
import { inTurn } from '../accounts/books.js'
import type { Server } from '../server.js'
import { groupKey } from './keys.js'
import { everyoneAround, withMembership, withoutMembership } from './membership.js'
import type { GroupRecord } from './record.js'
import { destroyRoom, openRoom } from './room.js'
import { settle } from './settle.js'
import { StoredGroups } from './stored-groups.js'

/** One change at a time: each leaves all rosters in line with the groups. */
export function inGroupTurn<T>(server: Server, act: (stored: StoredGroups) => Promise<T>): Promise<T> {
  return inTurn(server.registry.books, 'groups', () => act(new StoredGroups(server.registry.stores)))
}

export async function createGroup(
  server: Server,
  host: string,
  group: XmppGroup,
  defaultRoom: boolean,
): Promise<'created' | 'exists' | 'unknown_host'> {
  const { stores } = server.registry
  if (!server.hosts.includes(host)) return 'unknown_host'
  const key = groupKey(host, group.id)
  if (stores.groups.getSync(key)) return 'exists'
  const room = defaultRoom ? await openRoom(server, host, group.label) : group.room
  const record: GroupRecord = {
    ...group,
    displayed: [...new Set(group.displayed)],
    ...(room !== undefined && { room }),
  }
  await stores.groups.batch([{ put: key, value: record }, ...displaysOf(server, host, record, true)])
  return 'created'
}

/** What a group is called, and whom its members see. */
export async function changeGroup(
  server: Server,
  stored: StoredGroups,
  host: string,
  group: XmppGroup,
): Promise<'changed' | 'unknown_group'> {
  const key = groupKey(host, group.id)
  const before = stored.group(key)
  if (!before) return 'unknown_group'
  const concerned = await everyoneAround(stored, key)
  const record: GroupRecord = { ...before, ...group, displayed: [...new Set(group.displayed)] }
  await server.registry.stores.groups.batch([
    ...displaysOf(server, host, before, false),
    { put: key, value: record },
    ...displaysOf(server, host, record, true),
  ])
  const after = new StoredGroups(server.registry.stores)
  for (const jid of new Set([...concerned, ...(await everyoneAround(after, key))])) await settle(server, after, jid)
  return 'changed'
}

export async function deleteGroup(
  server: Server,
  stored: StoredGroups,
  host: string,
  id: string,
): Promise<'deleted' | 'unknown_group'> {
  const { stores } = server.registry
  const key = groupKey(host, id)
  const record = stored.group(key)
  if (!record) return 'unknown_group'
  // Whoever asks again after a crash finds it, and has the rest done.
  await stores.groups.put(key, { ...record, leaving: true })
  const members = (await stored.members(key)).map(([jid]) => jid)
  for (const jid of await everyoneAround(stored, key)) await settle(server, stored, jid)
  if (record.room !== undefined) await destroyRoom(server, record.room)
  await stores.groups.batch([
    { delete: key },
    ...displaysOf(server, host, record, false),
    ...members.flatMap(jid => withoutMembership(server, key, jid)),
  ])
  return 'deleted'
}

export async function syncGroup(
  server: Server,
  stored: StoredGroups,
  host: string,
  id: string,
): Promise<'synced' | 'unknown_group'> {
  const key = groupKey(host, id)
  const record = stored.group(key)
  if (!record) return 'unknown_group'
  const late = (await stored.members(key)).filter(([, { delayed }]) => delayed)
  await server.registry.stores.groups.batch(late.flatMap(([jid]) => withMembership(server, key, jid, {})))
  const after = new StoredGroups(server.registry.stores)
  for (const jid of await everyoneAround(after, key)) await settle(server, after, jid)
  return 'synced'
}

function displaysOf(
  server: Server,
  host: string,
  { id, displayed }: GroupRecord,
  shown: boolean,
): Change<GroupRecord>[] {
  const { groupDisplays } = server.registry.stores
  const own = groupKey(host, id).slice(host.length + 1)
  return displayed.map(other => {
    const entry = `${groupKey(host, other)}/${own}`
    return shown ? { put: entry, value: true, in: groupDisplays } : { delete: entry, in: groupDisplays }
  })
}
