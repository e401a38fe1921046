import { accountKey, partsOf, rosterOf } from '../accounts/addresses.js'
import type { Feature } from '../feature.js'
import { element } from '../xml/element.js'

const ROSTER = 'jabber:iq:roster'

/** RFC 6121 §2. */
export const roster: Feature = {
  iq: [
    {
      xmlns: ROSTER,
      name: 'query',
      at: ['account'],
      own: true,
      async get(server, { session }) {
        session!.interested = true
        const contacts = await server.rosters.list(session!.account)
        const items = contacts.map(([jid, { nick, subscription }]) =>
          element(ROSTER, 'item', { jid, subscription, name: nick || undefined }),
        )
        return element(ROSTER, 'query', {}, items)
      },
    },
  ],
  async *forget({ registry: { stores } }, account) {
    const { local, host } = partsOf(account)!
    for await (const [entry] of stores.rosters.entries(rosterOf(accountKey(local, host)))) {
      yield { delete: entry, in: stores.rosters }
    }
  },
}
