import type { Change } from 'patchbay'
import type { LastActivity } from '../../xmpp-admin/backend.js'
import type { Feature } from '../feature.js'
import type { Registry } from '../registry.js'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import { sessionAt } from '../session/sessions.js'
import { child, textOf } from '../xml/element.js'
import { accountOf, accountsOf, keyOf } from './addresses.js'

/** When an account was last used, and with which words it left (XEP-0012). */
export interface ActivityRecord {
  /** Milliseconds since the epoch. */
  at: number
  status: string
}

const PAGE = 1000

/** Kept for who is not online: written when the last session of an account ends, and when the server does. */
export const activity: Feature = {
  available(_server, session, presence) {
    session.farewell = textOf(child(presence, 'status'))
  },
  unavailable({ registry }, session, presence) {
    // Of a stream that has ended, nobody has said so: its last words stay.
    if (sessionAt(registry, session.account, session.resource) !== session) return
    session.farewell = textOf(child(presence, 'status'))
  },
  async ended(server, session) {
    if (server.registry.sessions.has(session.account)) return
    await setLastActivity(server, session.account, Date.now(), session.farewell)
  },
  async *forget({ registry: { stores } }, account): AsyncIterable<Change> {
    yield { delete: keyOf(account), in: stores.activity }
  },
}

/** Undefined for an unknown account. */
export function lastActivity({ accounts, registry }: Server, jid: string): LastActivity | undefined {
  const record = accounts.find(jid)
  if (!record) return undefined
  const own = registry.sessions.get(jid)
  if (own) return { state: 'online', at: new Date(), status: statusOf([...own.values()]) }
  const known = registry.stores.activity.getSync(keyOf(jid))
  if (known) return { state: 'offline', at: new Date(known.at), status: known.status }
  return { state: 'never', at: new Date(record.created), status: '' }
}

/** `at` in milliseconds since the epoch. */
export async function setLastActivity(
  { accounts, registry: { stores } }: Server,
  jid: string,
  at: number,
  status: string,
): Promise<'changed' | 'unknown_account'> {
  const done = await accounts.change(jid, async key => {
    await stores.activity.put(key, { at, status })
    return 'changed' as const
  })
  return done ?? 'unknown_account'
}

/** The bare JIDs of accounts that were last used, or registered, before `since`; read in pages. */
export async function* idleSince({ hosts, registry }: Server, host: string, since: Date): AsyncIterable<string> {
  if (!hosts.includes(host)) return
  const { accounts, activity: known } = registry.stores
  let after: string | undefined
  do {
    const { entries, next } = await accounts.page(PAGE, accountsOf(host, after))
    const used = await known.getMany(entries.map(([key]) => key))
    for (const [index, [key, record]] of entries.entries()) {
      const jid = accountOf(key)
      const at = used[index]?.at ?? record.created
      if (at < since.getTime() && !registry.sessions.has(jid)) yield jid
    }
    after = next?.slice(host.length + 1)
  } while (after !== undefined)
}

/** For the end of the server: whoever is online has been used until now. */
export async function rememberOnline({ sessions, stores }: Registry): Promise<void> {
  const at = Date.now()
  await stores.activity.batch(
    [...sessions].map(([account, own]) => ({
      put: keyOf(account),
      value: { at, status: statusOf([...own.values()]) },
    })),
  )
}

/** What the session with the highest priority says of itself. */
function statusOf(own: readonly Session[]): string {
  const [first] = own.filter(({ presence }) => presence).sort((one, other) => other.priority - one.priority)
  return first?.presence ? textOf(child(first.presence, 'status')) : ''
}
