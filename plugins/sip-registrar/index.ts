import { plugin } from 'patchbay'

export default plugin({
  name: 'sip-registrar',
  version: '0.1.0',
  description: 'The embedded SIP registrar and proxy',
  start() {},
})
