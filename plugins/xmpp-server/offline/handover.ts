import { inTurn } from '../accounts/books.js'
import { takesMessages } from '../messages/receivers.js'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { send } from '../session/sessions.js'
import { written } from '../stream/written.js'
import { CLIENT } from '../xml/element.js'
import { parseElement } from '../xml/read.js'
import { dropOffline, offlineHead, offlinePage } from './store.js'

/** Messages that are read and written at once. */
const PAGE = 100
/** However many they are: a client that reads slowly is not to be closed for it. */
const PAGE_BYTES = 100_000

/** Gives a session what waits for its account, in order; each goes from the store once it has been written. */
export function handover(server: Server, session: Session): void {
  if (offlineHead(server, session.account).count === 0) return
  // One session after the other, or two would get the same.
  void inTurn(server.registry.books, `handover ${session.account}`, () => handOver(server, session)).catch(err =>
    server.log.error({ err }, `messages that wait for ${session.account} could not be handed over; they stay stored`),
  )
}

async function handOver(server: Server, session: Session): Promise<void> {
  while (takesMessages(session)) {
    const { entries } = await offlinePage(server, session.account, PAGE)
    if (entries.length === 0 || !takesMessages(session)) return
    const now = Date.now()
    const given: string[] = []
    let bytes = 0
    for (const [key, { stanza, expires }] of entries) {
      // One at least, or a large one would never go.
      if (bytes > 0 && bytes + stanza.length > PAGE_BYTES) break
      const message = expires !== undefined && expires <= now ? undefined : parseElement(stanza, CLIENT)
      if (message) send(session, message)
      bytes += message ? stanza.length : 0
      given.push(key)
    }
    if (!(await written(session.stream))) return
    await dropOffline(server, session.account, given)
  }
}
