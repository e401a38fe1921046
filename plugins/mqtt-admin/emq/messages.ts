import { EmqError, EmqMalformed, type PluginContext } from 'patchbay'
import type { MqttBackend } from '../backend.js'
import type { Options } from '../options.js'
import { assertTopic } from './topics.js'

/** `mqtt/publish`, `mqtt/subscribe` and `mqtt/unsubscribe` (contracts/mqtt.md §1.3). */
export function contributeMessages(ctx: PluginContext<Options>, backend: () => MqttBackend): void {
  const doc = ctx.config.quirks === 'doc'
  const post = { method: 'POST', clipped: true, slash: doc } as const
  const access = { permission: 'clients.subscribe' }
  const params = { client_id: 'string', topic: 'string' } as const

  ctx.command(
    'emq',
    {
      ...post,
      access: { permission: 'messages.publish' },
      path: 'mqtt/publish',
      // The manual calls the payload optional; the server has asked for it since 2.3.9.
      params: { topic: 'string', ...(doc ? {} : { payload: 'string' }) },
    },
    async ({ body }) => {
      const { topic, payload = '', qos = 0, retain = false, client_id: clientId } = body
      if (typeof payload !== 'string' || !isQos(qos) || typeof retain !== 'boolean') throw new EmqMalformed()
      assertTopic(topic as string)
      await backend().publish({
        topic: topic as string,
        payload: Buffer.from(payload),
        qos,
        retain,
        clientId: typeof clientId === 'string' ? clientId : 'http',
      })
      return []
    },
  )

  ctx.command('emq', { ...post, access, path: 'mqtt/subscribe', params }, async ({ body }) => {
    const { client_id: clientId, topic, qos: wanted = 0 } = body as { client_id: string; topic: string; qos?: unknown }
    if (!Number.isInteger(wanted) || (wanted as number) < 0) throw new EmqMalformed()
    assertTopic(topic, { wildcards: doc })
    // A server may grant less than was asked for (MQTT 3.1.1 §3.8.4).
    const qos = Math.min(wanted as number, 2)
    const granted = await backend().sessions.subscribe(clientId, [{ topic, qos }])
    if (!granted) throw noSession(clientId, doc)
    if (granted[0] === 128) throw new EmqError(102, `subscribe ${topic} refused`)
    return []
  })

  ctx.command('emq', { ...post, access, path: 'mqtt/unsubscribe', params }, async ({ body }) => {
    const { client_id: clientId, topic } = body as { client_id: string; topic: string }
    assertTopic(topic, { wildcards: doc })
    if (!(await backend().sessions.unsubscribe(clientId, [topic]))) throw noSession(clientId, doc)
    return []
  })
}

function isQos(value: unknown): value is 0 | 1 | 2 {
  return value === 0 || value === 1 || value === 2
}

function noSession(clientId: string, doc: boolean): EmqError {
  return doc ? new EmqError(112) : new EmqError(102, `Clientid: ${clientId} not found`)
}
