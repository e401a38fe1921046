import { CONFERENCE, MUC_USER } from '../muc/names.js'
import { child, type Element, elements, textOf } from '../xml/element.js'
import { HINTS } from '../xml/namespaces.js'

/** Invitations to rooms say everything without a body (XEP-0045, XEP-0249). */
const INVITATIONS = [MUC_USER, CONFERENCE]

/** Whether a message is worth keeping for later (XEP-0160, with the hints of XEP-0334). */
export function isStorable(message: Element): boolean {
  const { type = 'normal' } = message.attributes
  if (type !== 'chat' && type !== 'normal') return false
  if (child(message, 'no-store', HINTS) || child(message, 'no-permanent-store', HINTS)) return false
  if (child(message, 'store', HINTS)) return true
  return elements(message).some(
    part =>
      (part.xmlns === message.xmlns && (part.name === 'body' || (part.name === 'subject' && textOf(part) !== ''))) ||
      INVITATIONS.includes(part.xmlns),
  )
}
