import { setImmediate } from 'node:timers/promises'
import { type AdminRestReply, bareJid } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import { isXmlText } from '../xml-text.js'
import { field, prefixed } from './body.js'
import { onHost, type RestCall } from './command.js'

/** How many messages are sent before others have a turn. */
const BLOCK = 50

/** Both forms that are documented somewhere: a list of recipients, and an object with that list. */
export function isMulticast(body: unknown): boolean {
  return Array.isArray(body) || field(body, 'recipients') !== undefined
}

/** To users of the caller's host; whoever cannot be reached does not count. */
export async function multicast(backend: XmppBackend, { body, host, options }: RestCall): Promise<AdminRestReply> {
  const given = Array.isArray(body) ? body : field(body, 'recipients')
  // An empty list is an object where Lua writes it.
  const recipients: unknown[] = Array.isArray(given) ? given : []
  const reached = { delivered: 0, stored: 0 }
  for (const [index, recipient] of recipients.entries()) {
    if (index % BLOCK === BLOCK - 1) await setImmediate()
    const to = addressIn(recipient, host)
    const message = field(recipient, 'message')
    if (to === undefined || typeof message !== 'string' || !isXmlText(message)) continue
    const text = prefixed(options.admin_rest_multicast_prefix, message)
    const outcome = await backend.messages.send({ to, from: host, ...text })
    if (outcome === 'delivered' || outcome === 'stored') reached[outcome]++
  }
  if (reached.delivered + reached.stored === 0) return { status: 404, result: 'No multicast recipients' }
  return { result: `Message multicasted to users: ${reached.delivered}/${reached.stored}` }
}

function addressIn(recipient: unknown, host: string): string | undefined {
  const to = field(recipient, 'to')
  if (typeof to !== 'string') return undefined
  const jid = bareJid(onHost(to, host))
  return jid?.endsWith(`@${host}`) ? jid : undefined
}
