import { parseJid } from 'patchbay'
import type { GivenMessage, XmppMessages } from '../../xmpp-admin/backend.js'
import { offlineBackend } from '../offline/backend.js'
import type { Server } from '../server.js'
import { StanzaError } from '../stanza/error.js'
import { parseStanza } from '../stanza/parse.js'
import { bounce, route } from '../stanza/route.js'
import { CLIENT, type Element, element, withAttributes } from '../xml/element.js'
import { broadcast } from './broadcast.js'
import { deliverMessage } from './deliver.js'

export function messagesBackend(server: Server): XmppMessages {
  return {
    async send(given) {
      const to = parseJid(given.to)
      if (to?.local === undefined || !server.hosts.includes(to.domain)) return 'unknown_account'
      const delivery = await deliverMessage(server, messageOf(given), to, { everywhere: true })
      return delivery === 'dropped' ? 'refused' : delivery
    },
    async route(from, to, text) {
      const parsed = parseStanza(text)
      if (!parsed) return 'invalid_xml'
      const stanza = withAttributes(parsed, { from, to })
      try {
        await route(server, stanza)
      } catch (thrown) {
        if (!(thrown instanceof StanzaError)) throw thrown
        await bounce(server, stanza, thrown)
      }
      return 'routed'
    },
    broadcast: (message, whom) => broadcast(server, messageOf(message), whom),
    offline: offlineBackend(server),
  }
}

function messageOf({ to, from, type, subject, body }: Omit<GivenMessage, 'to'> & { to?: string }): Element {
  return element(CLIENT, 'message', { from, to, type }, [
    ...(subject === undefined ? [] : [element(CLIENT, 'subject', {}, [subject])]),
    ...(body === undefined ? [] : [element(CLIENT, 'body', {}, [body])]),
  ])
}
