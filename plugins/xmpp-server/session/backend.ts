import type { XmppSession, XmppSessions } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import { parseStanza } from '../stanza/parse.js'
import { receive } from '../stanza/receive.js'
import { child, textOf } from '../xml/element.js'
import { endSessions } from './end.js'
import { presenceOf } from './given-presence.js'
import type { Session } from './session.js'
import { allSessions, sessionAt, sessionsAtHost, sessionsOf } from './sessions.js'

export function sessionsBackend(server: Server): XmppSessions {
  const { registry } = server
  const at = (fullJid: string) => {
    const slash = fullJid.indexOf('/')
    return slash < 0 ? undefined : sessionAt(registry, fullJid.slice(0, slash), fullJid.slice(slash + 1))
  }
  return {
    async list(of) {
      const found =
        of === undefined
          ? allSessions(registry)
          : 'jid' in of
            ? sessionsOf(registry, of.jid)
            : sessionsAtHost(registry, of.host)
      return found.map(shown)
    },
    async count(of) {
      if (of === undefined) return registry.sessionCount
      const found = 'jid' in of ? registry.sessions.get(of.jid) : registry.byHost.get(of.host)?.sessions
      return found?.size ?? 0
    },
    countUsers: async host => (host === undefined ? registry.sessions.size : (registry.byHost.get(host)?.users ?? 0)),
    async end(jid, { condition, text }) {
      const one = at(jid)
      const found = one ? [one] : sessionsOf(registry, jid)
      await endSessions(server, found, condition, text)
      return found.length
    },
    async setPresence(fullJid, given) {
      const session = at(fullJid)
      if (!session) return 'unknown_session'
      await receive(server, session, presenceOf(given))
      return 'sent'
    },
    async receive(fullJid, text) {
      const session = at(fullJid)
      if (!session) return 'unknown_session'
      const stanza = parseStanza(text)
      if (!stanza) return 'invalid_xml'
      await receive(server, session, stanza)
      return 'received'
    },
  }
}

function shown({ jid, resource, stream, priority, presence, boundAt }: Session): XmppSession {
  const { id, transport, secure, address, port } = stream
  return {
    jid,
    resource,
    id,
    connection: transport === 'websocket' ? 'websocket' : secure ? 'c2s_tls' : 'c2s',
    secure,
    address,
    port,
    priority,
    connectedAt: new Date(boundAt),
    show: presence ? textOf(child(presence, 'show')) || 'available' : 'unavailable',
    statusText: presence ? textOf(child(presence, 'status')) : '',
  }
}
