import { formatJid, type Jid } from 'patchbay'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { StanzaError } from '../stanza/error.js'
import { route } from '../stanza/route.js'
import { type Element, withAttributes } from '../xml/element.js'

/** JIDs to which one session may show itself. */
const MOST = 1000

/** Keeps whom a session shows itself to until it takes that back (RFC 6121 §4.6.3); throws `resource-constraint`. */
export function remember(session: Session, to: Jid, shown: boolean): void {
  const text = formatJid(to)
  if (!shown) {
    session.directed?.delete(text)
    return
  }
  session.directed ??= new Set()
  if (session.directed.size >= MOST && !session.directed.has(text)) {
    throw new StanzaError('resource-constraint', 'There is presence to too many addresses')
  }
  session.directed.add(text)
}

/** Whoever was shown the session is told that it has gone, with its last words (RFC 6121 §4.6.3), but those in `told`. */
export async function takeBack(
  server: Server,
  session: Session,
  gone: Element,
  told?: ReadonlySet<string>,
): Promise<void> {
  const { directed } = session
  session.directed = undefined
  for (const to of directed ?? []) {
    if (told?.has(to.split('/', 1)[0]!)) continue
    await route(server, withAttributes(gone, { to })).catch(() => undefined)
  }
}
