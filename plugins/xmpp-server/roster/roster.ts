import type { Feature } from '../feature.js'
import { StanzaError } from '../stanza/error.js'
import { element } from '../xml/element.js'
import { forgetRoster } from './farewell.js'
import { itemOf, ROSTER } from './item.js'
import { changeRoster } from './request.js'

const VERSIONS = 'urn:xmpp:features:rosterver'

/** RFC 6121 §2. */
export const roster: Feature = {
  stream: (_server, { account }) => (account === undefined ? [] : [element(VERSIONS, 'ver')]),
  iq: [
    {
      xmlns: ROSTER,
      name: 'query',
      at: ['account'],
      own: true,
      async get(server, { session, payload }) {
        if (!session) throw new StanzaError('forbidden')
        // Before it is read: whatever changes from now on is pushed.
        session.interested = true
        const { ver } = payload.attributes
        const read = await server.rosters.read(session.account, ver)
        if (read === 'unchanged') return undefined
        const items = read.contacts.map(contact => itemOf(...contact))
        return element(ROSTER, 'query', { ver: ver === undefined ? undefined : read.version }, items)
      },
      async set(server, { session, payload }) {
        if (!session) throw new StanzaError('forbidden')
        await changeRoster(server, session.account, payload)
        return undefined
      },
    },
  ],
  forget: forgetRoster,
}
