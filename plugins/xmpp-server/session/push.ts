import { randomBytes } from 'node:crypto'
import { CLIENT, type Element, element } from '../xml/element.js'
import type { Session } from './session.js'
import { send } from './sessions.js'

/** Tells a client what has changed of its account (RFC 6121 §2.1.6, XEP-0191 §3.3); nobody waits for its answer. */
export function push(session: Session, payload: Element): void {
  const id = `push-${randomBytes(6).toString('base64url')}`
  send(session, element(CLIENT, 'iq', { type: 'set', id, to: session.jid, from: session.account }, [payload]))
}
