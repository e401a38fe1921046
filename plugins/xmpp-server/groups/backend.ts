import type { XmppGroup, XmppGroups } from '../../xmpp-admin/backend.js'
import { allOf } from '../accounts/addresses.js'
import type { Server } from '../server.js'
import { changeGroup, createGroup, deleteGroup, inGroupTurn, syncGroup } from './change.js'
import { groupKey } from './keys.js'
import { addMember, removeMember } from './membership.js'
import type { GroupRecord } from './record.js'
import { StoredGroups } from './stored-groups.js'

export function groupsBackend(server: Server): XmppGroups {
  const { stores } = server.registry
  return {
    async list(host) {
      const found: XmppGroup[] = []
      for await (const [, record] of stores.groups.entries(allOf(host))) found.push(shown(record))
      return found
    },
    async get(host, id) {
      const record = stores.groups.getSync(groupKey(host, id))
      return record && shown(record)
    },
    create: (host, group, { defaultRoom = false } = {}) =>
      inGroupTurn(server, () => createGroup(server, host, group, defaultRoom)),
    change: (host, group) => inGroupTurn(server, stored => changeGroup(server, stored, host, group)),
    delete: (host, id) => inGroupTurn(server, stored => deleteGroup(server, stored, host, id)),
    async members(host, id) {
      const key = groupKey(host, id)
      if (!stores.groups.getSync(key)) return undefined
      return (await new StoredGroups(stores).members(key)).map(([jid]) => jid)
    },
    addMember: (host, id, member, { delayUpdate = false } = {}) =>
      inGroupTurn(server, stored => addMember(server, stored, host, id, member, delayUpdate)),
    removeMember: (host, id, member) => inGroupTurn(server, stored => removeMember(server, stored, host, id, member)),
    sync: (host, id) => inGroupTurn(server, stored => syncGroup(server, stored, host, id)),
  }
}

function shown({ leaving: _, ...group }: GroupRecord): XmppGroup {
  return group
}
