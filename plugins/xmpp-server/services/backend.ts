import type { XmppPrivates, XmppVcards } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import { unsupported } from '../unsupported.js'

export function vcardsBackend(_server: Server): XmppVcards {
  const none = () => unsupported('keep vCards')
  return { get: none, set: none, delete: none }
}

export function privatesBackend(_server: Server): XmppPrivates {
  const none = () => unsupported('keep private data')
  return { get: none, set: none }
}
