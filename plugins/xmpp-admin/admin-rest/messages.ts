import { ADMIN_REST_REFUSALS, type AdminRestReply } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import { prefixed, textField } from './body.js'
import { INVALID_USER, namedIn, type RestCall, type RestCommand } from './command.js'
import { isMulticast, multicast } from './multicast.js'

const ACCESS = { permission: 'messages.send' }

/** Messages from the host to its users (contracts/xmpp.md §2.3). */
export const MESSAGE_COMMANDS: readonly RestCommand[] = [
  { route: 'message', method: 'POST', access: ACCESS, addressed: 'account', run: send },
  { route: 'broadcast', method: 'POST', access: ACCESS, addressed: 'host', run: broadcast },
]

async function send(backend: XmppBackend, call: RestCall): Promise<AdminRestReply> {
  if (call.resource === undefined) return isMulticast(call.body) ? multicast(backend, call) : ADMIN_REST_REFUSALS.path
  const { jid, shown } = namedIn(call)
  if (jid === undefined) return INVALID_USER
  const body = prefixed(call.options.admin_rest_message_prefix, textField(call.body, 'message'))
  switch (await backend.messages.send({ to: jid, from: call.host, ...body })) {
    case 'delivered':
      return { result: `Message sent to user: ${shown}` }
    case 'stored':
      return { status: 202, result: `Message sent to offline queue: ${shown}` }
    case 'unknown_account':
      return INVALID_USER
    case 'refused':
      return { status: 501, result: 'Message dropped per configuration' }
  }
}

async function broadcast(backend: XmppBackend, { body, host, options }: RestCall): Promise<AdminRestReply> {
  const text = prefixed(options.admin_rest_broadcast_prefix, textField(body, 'message'))
  return { result: { count: await backend.messages.broadcast({ from: host, ...text }, { host }) } }
}
