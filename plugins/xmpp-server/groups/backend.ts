import type { XmppGroups } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import { unsupported } from '../unsupported.js'

export function groupsBackend(_server: Server): XmppGroups {
  const none = () => unsupported('keep groups')
  return {
    list: none,
    get: none,
    create: none,
    delete: none,
    members: none,
    addMember: none,
    removeMember: none,
    sync: none,
  }
}
