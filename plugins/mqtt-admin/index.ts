import { plugin } from 'patchbay'
import { openAlarms } from './alarms.js'
import { contributeEmq } from './emq/contribute.js'
import { contributeNative } from './native/index.js'
import { options } from './options.js'
import { permissions } from './permissions.js'
import { runningBroker } from './running-broker.js'
import { contributeVernemq } from './vernemq/contribute.js'

export default plugin({
  name: 'mqtt-admin',
  version: '0.1.0',
  description: 'Administration of MQTT: the EMQ 2.3 and VerneMQ APIs, and /mqtt/v1',
  uses: ['mqtt-backend'],
  config: options,
  permissions,
  async start(ctx) {
    const backend = runningBroker(ctx)
    const alarms = await openAlarms(ctx, backend)
    await contributeEmq(ctx, backend, alarms)
    await contributeVernemq(ctx, backend)
    await contributeNative(ctx, backend, alarms)
  },
})
