import { plugin } from 'patchbay'
import type { MqttBackend } from './backend.js'
import { contributeEmq } from './emq/contribute.js'
import { contributeNative, NATIVE_PERMISSIONS } from './native/index.js'
import { options } from './options.js'
import { contributeVernemq, VERNEMQ_PERMISSIONS } from './vernemq/contribute.js'

export default plugin({
  name: 'mqtt-admin',
  version: '0.1.0',
  description: 'Administration of MQTT: the EMQ 2.3 and VerneMQ APIs, and /mqtt/v1',
  uses: ['mqtt-backend'],
  config: options,
  permissions: {
    'nodes.read': 'See the broker',
    'clients.read': 'See MQTT clients and sessions',
    'clients.disconnect': 'Disconnect MQTT clients',
    'clients.forget': 'Have forgotten what the ACL decided for MQTT clients',
    ...NATIVE_PERMISSIONS,
    ...VERNEMQ_PERMISSIONS,
  },
  async start(ctx) {
    const backend = ctx.service<MqttBackend>('mqtt-backend')
    await contributeEmq(ctx, backend)
    await contributeVernemq(ctx, backend)
    await contributeNative(ctx, backend)
  },
})
