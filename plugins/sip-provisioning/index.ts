import { plugin } from 'patchbay'

export default plugin({
  name: 'sip-provisioning',
  version: '0.1.0',
  description: 'SIP provisioning: the Hermes API and phone files',
  aliases: ['hermes'],
  start() {},
})
