import type { XmppSession, XmppSessions } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import { receive } from '../stanza/receive.js'
import { closeStream } from '../stream/close.js'
import { unsupported } from '../unsupported.js'
import { CLIENT, child, textOf } from '../xml/element.js'
import { parseElement } from '../xml/read.js'
import type { Session } from './session.js'
import { sessionsOf } from './sessions.js'

export function sessionsBackend(server: Server): XmppSessions {
  const { registry } = server
  const all = () => [...registry.sessions.values()].flatMap(own => [...own.values()])
  const at = (jid: string) => {
    const [account = ''] = jid.split('/', 1)
    return sessionsOf(registry, account).filter(session => !jid.includes('/') || session.jid === jid)
  }
  const sessionsIn = (of?: { host: string } | { jid: string }) =>
    of === undefined
      ? all()
      : 'jid' in of
        ? sessionsOf(registry, of.jid)
        : all().filter(({ account }) => account.endsWith(`@${of.host}`))
  return {
    list: async of => sessionsIn(of).map(shown),
    count: async of => (of === undefined ? registry.sessionCount : sessionsIn(of).length),
    countUsers: async host =>
      host === undefined
        ? registry.sessions.size
        : [...registry.sessions.keys()].filter(account => account.endsWith(`@${host}`)).length,
    async end(jid, { condition, text }) {
      const found = at(jid)
      for (const { stream } of found) closeStream(stream, condition, text)
      return found.length
    },
    setPresence: () => unsupported('set presence'),
    async receive(fullJid, text) {
      const [session] = at(fullJid)
      if (!session) return 'unknown_session'
      const stanza = parseElement(text, CLIENT)
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
