import { inTurn } from '../accounts/books.js'
import type { Feature } from '../feature.js'
import { sees, shows } from '../roster/state.js'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send, sessionAt } from '../session/sessions.js'
import { written } from '../stream/written.js'
import { CLIENT, type Element, withAttributes } from '../xml/element.js'
import { parseElement } from '../xml/read.js'
import { takeBack } from './directed.js'
import { showPresences } from './probe.js'
import { availableOf, showTo, unavailable } from './share.js'

/** Bytes of presence that a client may have to read yet before it is told more of its contacts. */
const MOST_UNREAD = 65_536

/** RFC 6121 §4: initial presence, its changes and its end, to contacts and the account's own sessions. */
export const presence: Feature = {
  available: (server, session, stanza, first) => oneByOne(server, session, () => show(server, session, stanza, first)),
  unavailable: (server, session, stanza, was) =>
    oneByOne(server, session, () => (was ? withdraw(server, session, stanza) : takeBack(server, session, stanza))),
  ended: (server, session) => oneByOne(server, session, () => takeBack(server, session, unavailable(session.jid))),
}

/** Who hears of a session hears in the order in which it happened, also of a new one in the place of an old one. */
function oneByOne({ registry: { books } }: Server, { jid }: Session, act: () => Promise<void>): Promise<void> {
  return inTurn(books, `presence ${jid}`, act)
}

async function show(server: Server, session: Session, stanza: Element, first: boolean): Promise<void> {
  const { account } = session
  for (const own of availableOf(server, account)) {
    send(own, withAttributes(stanza, { to: account }))
    if (first && own !== session) send(session, withAttributes(own.presence!, { to: session.jid }))
  }
  for await (const block of server.rosters.blocks(account)) {
    // It has changed again, or is gone, and what was said last is what counts.
    if (session.presence !== stanza) return
    for (const [contact, record] of block) {
      if (first && record.request !== undefined) ask(session, record.request)
      if (first && sees(record) && shows(entryOf(server, contact, account))) showPresences(server, session, contact)
      if (shows(record)) showTo(server, account, contact, stanza)
    }
    // Of many contacts a client is told as fast as it reads.
    if (first) await written(session.stream, MOST_UNREAD)
  }
}

async function withdraw(server: Server, session: Session, stanza: Element): Promise<void> {
  const { account, resource } = session
  // Another session has taken its place and has been seen already.
  const heir = sessionAt(server.registry, account, resource)
  if (heir && heir !== session && heir.presence) return
  const told = new Set([account])
  for (const own of availableOf(server, account)) send(own, withAttributes(stanza, { to: account }))
  for await (const block of server.rosters.blocks(account)) {
    for (const [contact, record] of block) {
      if (!shows(record)) continue
      showTo(server, account, contact, stanza)
      told.add(contact)
    }
  }
  await takeBack(server, session, stanza, told)
}

/** What a contact's roster says of the account; undefined where the contact is not one of ours. */
function entryOf({ accounts, rosters }: Server, contact: string, account: string) {
  return accounts.find(contact) ? rosters.entry(contact, account) : undefined
}

/** A request that was made while nobody was there to hear it (RFC 6121 §3.1.3). */
function ask(session: Session, request: string): void {
  const presence = parseElement(request, CLIENT)
  if (presence) send(session, presence)
}
