import { plugin } from 'patchbay'
import { ACCESS_STORAGE, openAccess } from './access/access.js'
import { authenticateClient } from './authentication.js'
import { brokerBackend } from './backend.js'
import { type Broker, keepBroker } from './broker.js'
import { sessionDirectory } from './engine/sessions.js'
import { options } from './options.js'
import { listen } from './wire/listen.js'

export default plugin({
  name: 'mqtt-broker',
  version: '0.1.0',
  description: 'The embedded MQTT broker (aedes): MQTT 3.1 and 3.1.1',
  uses: ['mqtt-accounts'],
  storage: ACCESS_STORAGE,
  config: options,
  async start(ctx) {
    const { ip, allow_anonymous } = ctx.config
    const access = await openAccess(ctx, () => sessionDirectory(broker))
    const authenticate = authenticateClient(allow_anonymous, ip, () => access.guard)
    const broker: Broker = await keepBroker(ctx, authenticate)
    await listen(ctx, broker)
    ctx.provide('mqtt-backend', brokerBackend(ctx, broker, access.control))
  },
})
