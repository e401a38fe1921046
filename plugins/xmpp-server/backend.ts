import type { XmppBackend } from '../xmpp-admin/backend.js'
import { accountsBackend } from './accounts/backend.js'
import { groupsBackend } from './groups/backend.js'
import { messagesBackend } from './messages/backend.js'
import { roomsBackend } from './muc/backend.js'
import { rostersBackend } from './roster/backend.js'
import type { Server } from './server.js'
import { privatesBackend, vcardsBackend } from './services/backend.js'
import { sessionsBackend } from './session/backend.js'

/** The embedded server as `xmpp-admin` sees it. */
export function serverBackend(server: Server): XmppBackend {
  return {
    hosts: async () => server.hosts,
    startedAt: new Date(server.registry.startedAt),
    accounts: accountsBackend(server),
    sessions: sessionsBackend(server),
    rosters: rostersBackend(server),
    messages: messagesBackend(server),
    vcards: vcardsBackend(server),
    privates: privatesBackend(server),
    groups: groupsBackend(server),
    rooms: roomsBackend(server),
  }
}
