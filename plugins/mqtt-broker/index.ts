import { plugin } from 'patchbay'
import type { MqttAccounts } from './authentication.js'
import { authenticateClient } from './authentication.js'
import { brokerBackend } from './backend.js'
import { keepBroker } from './broker.js'
import { options } from './options.js'
import { listen } from './wire/listen.js'

export default plugin({
  name: 'mqtt-broker',
  version: '0.1.0',
  description: 'The embedded MQTT broker (aedes): MQTT 3.1 and 3.1.1',
  uses: ['mqtt-accounts'],
  config: options,
  async start(ctx) {
    const { ip, allow_anonymous } = ctx.config
    const authenticate = authenticateClient(allow_anonymous, ip, ctx.service<MqttAccounts>('mqtt-accounts'))
    const broker = await keepBroker(ctx, authenticate)
    await listen(ctx, broker)
    ctx.provide('mqtt-backend', brokerBackend(ctx, broker))
  },
})
