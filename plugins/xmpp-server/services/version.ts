import { VERSION } from 'patchbay'
import type { Feature } from '../feature.js'
import { element } from '../xml/element.js'

const XMLNS = 'jabber:iq:version'

/** XEP-0092; what it runs on is nobody's business. */
export const version: Feature = {
  host: [XMLNS],
  iq: [
    {
      xmlns: XMLNS,
      name: 'query',
      at: ['host'],
      get: () =>
        element(XMLNS, 'query', {}, [
          element(XMLNS, 'name', {}, ['Patchbay']),
          element(XMLNS, 'version', {}, [VERSION]),
        ]),
    },
  ],
}
