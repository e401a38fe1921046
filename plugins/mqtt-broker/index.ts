import { plugin } from 'patchbay'
import { z } from 'zod'
import type { MqttAccounts } from './authentication.js'
import { authenticateClient } from './authentication.js'
import { brokerBackend } from './backend.js'
import { keepBroker } from './broker.js'
import { keepTcpListener } from './tcp-listener.js'

export default plugin({
  name: 'mqtt-broker',
  version: '0.1.0',
  description: 'The embedded MQTT broker (aedes): MQTT 3.1 and 3.1.1',
  uses: ['mqtt-accounts'],
  config: z.strictObject({
    ip: z.string().default('127.0.0.1').describe('address to bind'),
    port: z.int().min(0).max(65535).default(1883).describe('TCP port for MQTT'),
    allow_anonymous: z
      .enum(['loopback', 'always', 'never'])
      .default('loopback')
      .describe('who may connect without credentials: loopback means, only while bound to a loopback address'),
  }),
  async start(ctx) {
    const { ip, port, allow_anonymous } = ctx.config
    const authenticate = authenticateClient(allow_anonymous, ip, ctx.service<MqttAccounts>('mqtt-accounts'))
    const broker = await keepBroker(ctx, authenticate)
    await keepTcpListener(ctx, broker, ip, port)
    ctx.provide('mqtt-backend', brokerBackend(broker))
  },
})
