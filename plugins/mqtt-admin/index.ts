import { plugin } from 'patchbay'
import { openAlarms } from './alarms.js'
import { contributeEmq } from './emq/contribute.js'
import { openFeed } from './native/events/feed.js'
import { contributeNative } from './native/index.js'
import { options } from './options.js'
import { permissions } from './permissions.js'
import { runningBroker } from './running-broker.js'
import { contributeVernemq } from './vernemq/contribute.js'
import { WEBHOOK_STORAGE } from './vernemq/webhooks/kept.js'

export default plugin({
  name: 'mqtt-admin',
  version: '0.1.0',
  description: 'Administration of MQTT: the EMQ 2.3 and VerneMQ APIs, and /mqtt/v1',
  uses: ['mqtt-backend'],
  config: options,
  permissions,
  storage: [WEBHOOK_STORAGE],
  async start(ctx) {
    const backend = runningBroker(ctx)
    const alarms = await openAlarms(ctx, backend)
    await contributeEmq(ctx, backend, alarms)
    const feed = await openFeed(ctx, backend)
    await contributeVernemq(ctx, backend, feed)
    contributeNative(ctx, backend, alarms, feed)
  },
})
