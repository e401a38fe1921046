import { plugin } from 'patchbay'
import type { SessionDirectory } from '../mqtt-admin/backend.js'
import { ACCESS_STORAGE, openAccess } from './access/access.js'
import { brokerBackend } from './backend.js'
import { keepBroker } from './broker.js'
import { newEngine } from './engine/engine.js'
import { sessionDirectory } from './engine/sessions.js'
import { upkeep } from './engine/upkeep.js'
import { options } from './options.js'
import { STORE_NAMES } from './store/stores.js'
import { listen } from './wire/listen.js'

export default plugin({
  name: 'mqtt-broker',
  version: '0.1.0',
  description: 'The embedded MQTT broker (aedes): MQTT 3.1 and 3.1.1',
  uses: ['mqtt-accounts'],
  config: options,
  storage: [...ACCESS_STORAGE, ...STORE_NAMES],
  async start(ctx) {
    const { guard, control } = await openAccess(ctx, () => sessions)
    const broker = await keepBroker(ctx, newEngine(guard))
    const sessions: SessionDirectory = sessionDirectory(broker, guard)
    upkeep(ctx, broker, guard)
    await listen(ctx, broker)
    ctx.provide('mqtt-backend', brokerBackend(ctx, broker, sessions, control))
  },
})
