import { bareOf } from 'patchbay'
import { keyOf } from '../accounts/addresses.js'
import type { Feature } from '../feature.js'
import { StanzaError } from '../stanza/error.js'
import { VCARD } from '../xml/namespaces.js'
import { LONGEST_VCARD, setVcard, vcardOf } from './vcards.js'

/** XEP-0054: everybody may read a vCard, its account alone may write it. */
export const vcard: Feature = {
  // Clients from before accounts answered ask the host what it keeps for them.
  host: [VCARD],
  account: [VCARD],
  iq: [
    {
      xmlns: VCARD,
      name: 'vCard',
      at: ['account'],
      async get(server, { to, from }) {
        const found = await vcardOf(server, bareOf(to))
        if (found) return found
        const own = to.local === from.local && to.domain === from.domain
        // To others, an account without a vCard looks like none.
        throw new StanzaError(own ? 'item-not-found' : 'service-unavailable')
      },
      async set(server, { to, from, payload }) {
        if (to.local !== from.local || to.domain !== from.domain) throw new StanzaError('forbidden')
        const done = await setVcard(server, bareOf(to), payload)
        if (done === 'too_large') {
          throw new StanzaError('policy-violation', `a vCard may have ${LONGEST_VCARD} bytes`)
        }
        if (done === 'unknown_account') throw new StanzaError('service-unavailable')
        return undefined
      },
    },
  ],
  async *forget({ registry: { stores } }, account) {
    yield { delete: keyOf(account), in: stores.vcards }
  },
}
