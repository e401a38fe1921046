import type { GivenPresence } from '../../xmpp-admin/backend.js'
import { CLIENT, type Element, element } from '../xml/element.js'

/** The presence as a client would send it (RFC 6121 §4.7). */
export function presenceOf({ type, show, status, priority }: GivenPresence): Element {
  const available = type === 'available' || type === ''
  const said = (name: string, text: string) => (text === '' ? [] : [element(CLIENT, name, {}, [text])])
  return element(CLIENT, 'presence', { type: available ? undefined : type }, [
    ...(available ? said('show', show) : []),
    ...said('status', status),
    ...(available ? said('priority', String(priority)) : []),
  ])
}
