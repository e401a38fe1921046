import { plugin } from 'patchbay'
import type { MqttBackend } from './backend.js'
import { contributeClients } from './emq/clients.js'
import { contributeNodes } from './emq/nodes.js'
import { contributeNative, NATIVE_PERMISSIONS } from './native/index.js'
import { contributeSessions } from './vernemq/sessions.js'

export default plugin({
  name: 'mqtt-admin',
  version: '0.1.0',
  description: 'Administration of MQTT: the EMQ 2.3 and VerneMQ APIs, and /mqtt/v1',
  uses: ['mqtt-backend'],
  permissions: {
    'nodes.read': 'See the broker',
    'clients.read': 'See MQTT clients and sessions',
    'clients.disconnect': 'Disconnect MQTT clients',
    ...NATIVE_PERMISSIONS,
  },
  async start(ctx) {
    const backend = ctx.service<MqttBackend>('mqtt-backend')
    contributeNodes(ctx, backend)
    contributeClients(ctx, backend)
    contributeSessions(ctx, backend)
    await contributeNative(ctx, backend)
  },
})
