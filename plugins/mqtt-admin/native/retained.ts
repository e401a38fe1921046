import { KernelError, type PluginContext, type RouteContext, withoutStack } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend, RetainedMessage } from '../backend.js'
import { fromCursor, iso, list, listOf, PAGING } from './list.js'
import { PAYLOAD, shownPayload } from './payload.js'
import { filterText } from './topic.js'

const about = { topic: z.string(), qos: z.int(), retained_at: z.iso.datetime().nullable() }
const RAW = 'application/octet-stream'

/** The retained messages: a list without payloads, and one of them with its own. */
export function contributeRetained(ctx: PluginContext, backend: () => MqttBackend): void {
  const browse = {
    summary: 'Retained messages whose topic matches a filter, by topic, without their payloads',
    query: z.strictObject({ filter: filterText.default('#').describe('an MQTT filter'), ...PAGING }),
    answer: listOf('messages', z.object({ ...about, payload_bytes: z.int() })),
    example: { query: { filter: 'sensors/+/state', limit: 20 } },
  }
  ctx.route('GET', '/mqtt/v1/retained', { permission: 'retained.read', describe: browse }, async ({ given }) => {
    const { filter, limit, after } = given
    const { messages, next } = await backend().retained.page(filter, fromCursor(after), limit)
    const shown = messages.map(message => ({ ...head(message), payload_bytes: message.payload.length }))
    return list('messages', shown, undefined, next)
  })

  const parameters = { topic: 'the topic; its slashes may stay as they are' }
  const one = {
    summary: 'A retained message with its payload',
    details: `With "Accept: ${RAW}" the answer is the payload, and the rest in headers: X-MQTT-Topic, X-MQTT-QoS, X-MQTT-Retained-At.`,
    parameters,
    query: z.strictObject({}),
    answer: z.object({ ...about, ...PAYLOAD }),
    answerType: RAW,
  }
  ctx.route('GET', '/mqtt/v1/retained/*topic', { permission: 'messages.read', describe: one }, async request => {
    const message = await backend().retained.get(request.params['topic']!)
    if (!message) throw noMessage(request.params['topic']!)
    if (request.accepts('application/json', RAW) === RAW) return raw(request, message)
    return { ...head(message), ...shownPayload(message.payload) }
  })

  const remove = {
    summary: 'Delete a retained message',
    parameters,
    query: z.strictObject({}),
    answer: z.object({ topic: z.string(), deleted: z.literal(true) }),
  }
  ctx.route(
    'DELETE',
    '/mqtt/v1/retained/*topic',
    { permission: 'retained.delete', describe: remove },
    async request => {
      const topic = request.params['topic']!
      if (!(await backend().retained.delete(topic))) throw noMessage(topic)
      return { topic, deleted: true }
    },
  )
}

function head({ topic, qos, retainedAt }: RetainedMessage): object {
  return { topic, qos, retained_at: iso(retainedAt) }
}

function raw(request: RouteContext, { topic, qos, retainedAt, payload }: RetainedMessage): Buffer {
  request.set({
    'Content-Type': RAW,
    'X-MQTT-Topic': encodeURIComponent(topic),
    'X-MQTT-QoS': String(qos),
    'X-MQTT-Retained-At': iso(retainedAt) ?? 'unknown',
    // What a device has published must not become a page of this origin.
    'X-Content-Type-Options': 'nosniff',
    'Content-Disposition': 'attachment',
  })
  return payload
}

function noMessage(topic: string): KernelError {
  const hint = /[+#]/.test(topic)
    ? 'this is a filter: GET /mqtt/v1/retained?filter=… lists what matches, POST /mqtt/v1/retained/delete deletes it'
    : 'GET /mqtt/v1/retained?filter=…, or patchbay mqtt retained, lists topics'
  return withoutStack(
    () => new KernelError('not_found', `there is no retained message of the topic "${topic}"`, { hint }),
  )
}
