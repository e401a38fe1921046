import { parseJid } from 'patchbay'
import type { XmppMessages } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import { route } from '../stanza/route.js'
import { unsupported } from '../unsupported.js'
import { CLIENT, element, withAttributes } from '../xml/element.js'
import { parseElement } from '../xml/read.js'
import { deliverMessage } from './deliver.js'

export function messagesBackend(server: Server): XmppMessages {
  return {
    send({ to, from, type, subject, body }) {
      const children = [
        ...(subject === undefined ? [] : [element(CLIENT, 'subject', {}, [subject])]),
        ...(body === undefined ? [] : [element(CLIENT, 'body', {}, [body])]),
      ]
      return deliverMessage(server, element(CLIENT, 'message', { from, to, type }, children), parseJid(to)!)
    },
    async route(from, to, text) {
      const stanza = parseElement(text, CLIENT)
      if (!stanza) return 'invalid_xml'
      await route(server, withAttributes(stanza, { from, to })).catch(() => undefined)
      return 'routed'
    },
    broadcast: () => unsupported('broadcast'),
    offline: {
      count: async () => 0,
      list: async () => [],
      deleteOlder: () => unsupported('delete offline messages'),
      deleteExpired: () => unsupported('delete offline messages'),
    },
  }
}
