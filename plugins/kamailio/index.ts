import { plugin } from 'patchbay'

export default plugin({
  name: 'kamailio',
  version: '0.1.0',
  description: 'Backend: a real Kamailio',
  autostart: false,
  start() {},
})
