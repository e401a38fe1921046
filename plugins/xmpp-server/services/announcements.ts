import { bareOf, type Jid } from 'patchbay'
import { administers } from '../accounts/roles.js'
import type { Feature } from '../feature.js'
import { messagesBackend } from '../messages/backend.js'
import type { Server } from '../server.js'
import { StanzaError } from '../stanza/error.js'
import { child, textOf } from '../xml/element.js'

/** Resources of a host, as in ejabberd's mod_announce: whom a message to them reaches, and as which type. */
const AUDIENCES: ReadonlyMap<string, { all?: true; everyHost?: true; type?: string }> = new Map([
  // A headline is not kept for who is offline.
  ['announce/online', { type: 'headline' }],
  ['announce/all', { all: true }],
  ['announce/all-hosts/online', { everyHost: true, type: 'headline' }],
  ['announce/all-hosts/all', { everyHost: true, all: true }],
])

/** Messages of administrators to everybody: `example.org/announce/online`. They come from the host, with subject and body. */
export const announcements: Feature = {
  hostMessage(server, stanza, to, from) {
    const audience = AUDIENCES.get(to.resource ?? '')
    if (!audience || stanza.attributes['type'] === 'error') return false
    if (!mayAnnounce(server, from, audience.everyHost ? undefined : to.domain)) throw new StanzaError('forbidden')
    const body = textOf(child(stanza, 'body'))
    if (body === '') throw new StanzaError('not-acceptable', 'an announcement has a body')
    const { all, everyHost, type } = audience
    const subject = child(stanza, 'subject')
    const message = { from: to.domain, body, ...(type && { type }), ...(subject && { subject: textOf(subject) }) }
    const whom = { ...(everyHost ? {} : { host: to.domain }), ...(all && { all }) }
    void announce(server, message, whom, from)
    return true
  },
}

/** An administrator of a host to its own host, one of the whole server (`prosody:operator`) everywhere. */
function mayAnnounce({ accounts }: Server, from: Jid, host: string | undefined): boolean {
  if (from.local === undefined) return false
  const sender = bareOf(from)
  // An operator of Patchbay is no account: such a message comes over an API.
  if (accounts.reserved(sender)) return true
  const role = accounts.role(sender)
  return role === 'prosody:operator' || (administers(role) && from.domain === host)
}

/** Thousands of accounts take a while, in which the sender's client is not kept waiting. */
async function announce(
  server: Server,
  message: { from: string; body: string },
  whom: { host?: string; all?: true },
  from: Jid,
): Promise<void> {
  try {
    const reached = await messagesBackend(server).broadcast(message, whom)
    server.log.info(`an announcement of ${bareOf(from)} has reached ${reached} users`)
  } catch (thrown) {
    server.log.error({ err: thrown }, `an announcement of ${bareOf(from)} could not be sent to everybody`)
  }
}
