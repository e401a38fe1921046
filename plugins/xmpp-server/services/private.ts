import { bareOf } from 'patchbay'
import { keyOf } from '../accounts/addresses.js'
import type { Feature } from '../feature.js'
import { StanzaError } from '../stanza/error.js'
import { type Element, element, elements } from '../xml/element.js'
import { LONGEST_PRIVATE, PRIVATE, privateOf, setPrivates } from './privates.js'

/** XEP-0049: what a client keeps for its account, where nobody else sees it. */
export const privateStorage: Feature = {
  // Clients from before accounts answered ask the host what it keeps for them.
  host: [PRIVATE],
  account: [PRIVATE],
  iq: [
    {
      xmlns: PRIVATE,
      name: 'query',
      at: ['account'],
      own: true,
      async get(server, { session, to, payload }) {
        const [asked, ...more] = asksFor(payload)
        if (!session || !asked || more.length > 0) throw new StanzaError('not-acceptable')
        const kept = await privateOf(server, bareOf(to), asked.name, asked.xmlns)
        return element(PRIVATE, 'query', {}, [kept ?? element(asked.xmlns, asked.name)])
      },
      async set(server, { session, to, payload }) {
        const given = asksFor(payload)
        if (!session || given.length === 0) throw new StanzaError('not-acceptable')
        const done = await setPrivates(server, bareOf(to), given)
        if (done === 'too_large') {
          throw new StanzaError('policy-violation', `an account may keep ${LONGEST_PRIVATE} bytes`)
        }
        if (done === 'unknown_account') throw new StanzaError('service-unavailable')
        return undefined
      },
    },
  ],
  async *forget({ registry: { stores } }, account) {
    yield { delete: keyOf(account), in: stores.privates }
  },
}

/** Each has a namespace of its own (XEP-0049 §2). */
function asksFor(query: Element): Element[] {
  const given = elements(query)
  if (given.some(({ xmlns }) => xmlns === PRIVATE || xmlns === '')) throw new StanzaError('not-acceptable')
  return given
}
