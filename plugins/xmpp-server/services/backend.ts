import type { XmppPrivates, XmppVcards } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import { parseElement } from '../xml/read.js'
import { serialize } from '../xml/serialize.js'
import { PRIVATE, privateOf, setPrivates } from './privates.js'
import { deleteVcard, setVcard, vcardOf } from './vcards.js'

export function vcardsBackend(server: Server): XmppVcards {
  return {
    get: jid => vcardOf(server, jid),
    set: (jid, vcard) => setVcard(server, jid, vcard),
    delete: jid => deleteVcard(server, jid),
  }
}

export function privatesBackend(server: Server): XmppPrivates {
  return {
    async get(jid, name, xmlns) {
      const kept = await privateOf(server, jid, name, xmlns)
      return kept && serialize(kept)
    },
    async set(jid, text) {
      const given = parseElement(text, PRIVATE)
      if (!given || given.xmlns === PRIVATE || given.xmlns === '') return 'invalid_xml'
      return setPrivates(server, jid, [given])
    },
  }
}
