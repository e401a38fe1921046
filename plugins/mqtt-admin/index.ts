import { plugin } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend } from './backend.js'
import { contributeClients } from './emq/clients.js'
import { contributeNodes } from './emq/nodes.js'
import { contributeNative, NATIVE_PERMISSIONS } from './native/index.js'
import { contributeVernemq, VERNEMQ_PERMISSIONS, vernemqOptions } from './vernemq/contribute.js'

export default plugin({
  name: 'mqtt-admin',
  version: '0.1.0',
  description: 'Administration of MQTT: the EMQ 2.3 and VerneMQ APIs, and /mqtt/v1',
  uses: ['mqtt-backend'],
  config: z.strictObject({ ...vernemqOptions }),
  permissions: { ...NATIVE_PERMISSIONS, ...VERNEMQ_PERMISSIONS },
  async start(ctx) {
    const backend = ctx.service<MqttBackend>('mqtt-backend')
    contributeNodes(ctx, backend)
    contributeClients(ctx, backend)
    await contributeVernemq(ctx, backend)
    contributeNative(ctx, backend)
  },
})
