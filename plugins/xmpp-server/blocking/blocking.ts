import { keyOf } from '../accounts/addresses.js'
import type { Feature } from '../feature.js'
import { StanzaError } from '../stanza/error.js'
import { element } from '../xml/element.js'
import { BLOCKING, changeBlocklist, itemsOf } from './change.js'

/** XEP-0191. */
export const blocking: Feature = {
  host: [BLOCKING],
  iq: [
    {
      xmlns: BLOCKING,
      name: 'blocklist',
      at: ['account'],
      own: true,
      get({ registry }, { session }) {
        if (!session) throw new StanzaError('forbidden')
        session.blocking = true
        const jids = registry.stores.blocklists.getSync(keyOf(session.account)) ?? []
        return element(
          BLOCKING,
          'blocklist',
          {},
          jids.map(jid => element(BLOCKING, 'item', { jid })),
        )
      },
    },
    {
      xmlns: BLOCKING,
      name: 'block',
      at: ['account'],
      own: true,
      async set(server, { session, payload }) {
        const jids = itemsOf(payload)
        if (!session || jids.length === 0) throw new StanzaError('bad-request')
        await changeBlocklist(server, session.account, 'block', jids)
        return undefined
      },
    },
    {
      xmlns: BLOCKING,
      name: 'unblock',
      at: ['account'],
      own: true,
      async set(server, { session, payload }) {
        if (!session) throw new StanzaError('forbidden')
        // Without an item, everybody (XEP-0191 §3.3).
        await changeBlocklist(server, session.account, 'unblock', itemsOf(payload))
        return undefined
      },
    },
  ],
  async *forget({ registry: { stores } }, account) {
    yield { delete: keyOf(account), in: stores.blocklists }
  },
}
