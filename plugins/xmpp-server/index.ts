import { plugin } from 'patchbay'

export default plugin({
  name: 'xmpp-server',
  version: '0.1.0',
  description: 'The embedded XMPP server',
  start() {},
})
