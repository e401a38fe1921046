import { KernelError, type PluginContext, reason } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend, Publication } from '../backend.js'
import { wrongTopic } from './topic.js'

const MOST = 1000
const qos = z.union([z.literal(0), z.literal(1), z.literal(2)])

const MESSAGE = {
  payload: z.string().optional().describe('as text'),
  payload_base64: z.string().optional(),
  payload_json: z.unknown().optional().describe('anything, sent as JSON'),
  qos: qos.default(0),
  retain: z.boolean().default(false),
  client_id: z.string().max(65_535).optional().describe('in whose name'),
}
const message = z.strictObject({ topic: z.string(), ...MESSAGE })

const body = z.strictObject({
  topic: z.string().optional().describe('of a lone message, whose fields stand beside it'),
  ...MESSAGE,
  messages: z.array(message).min(1).max(MOST).optional().describe('or several'),
})

const RESULT = z.object({
  topic: z.string(),
  published: z.boolean(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
})

/** `POST /mqtt/v1/publish`: one message, or up to a thousand in their order. */
export function contributePublish(ctx: PluginContext, backend: () => MqttBackend): void {
  const describe = {
    summary: 'Publish a message, or several',
    details: [
      'Exactly one of payload, payload_base64 and payload_json; an empty payload with retain deletes what is retained.',
      'A lone message that cannot be published is an error; of several each has its own result.',
    ].join(' '),
    body,
    answer: z.object({ published: z.int(), failed: z.int(), results: z.array(RESULT) }),
    example: {
      body: {
        messages: [
          { topic: 'news/today', payload: 'hello', qos: 1 },
          { topic: 'firmware', payload_base64: 'AAEC', retain: true },
        ],
      },
    },
  }
  ctx.route('POST', '/mqtt/v1/publish', { permission: 'messages.publish', describe }, async ({ input }) => {
    const { messages, topic, ...rest } = input
    if ((messages === undefined) === (topic === undefined)) throw wrong('expected either "topic" or "messages"')
    const mqtt = backend()
    if (topic !== undefined) {
      await mqtt.publish(publicationOf({ topic, ...rest }))
      return { published: 1, failed: 0, results: [{ topic, published: true }] }
    }
    const results: z.infer<typeof RESULT>[] = []
    for (const each of messages!) results.push(await attempt(mqtt, each, ctx))
    const published = results.filter(result => result.published).length
    return { published, failed: results.length - published, results }
  })
}

async function attempt(mqtt: MqttBackend, each: z.infer<typeof message>, { log }: PluginContext) {
  const { topic } = each
  try {
    await mqtt.publish(publicationOf(each))
    return { topic, published: true }
  } catch (thrown) {
    if (thrown instanceof KernelError) {
      return { topic, published: false, error: { code: thrown.code, message: thrown.message } }
    }
    log.error({ topic }, `a message could not be published: ${reason(thrown)}`)
    return {
      topic,
      published: false,
      error: { code: 'internal', message: 'the broker failed over it; the log says why' },
    }
  }
}

function publicationOf({ topic, client_id, qos, retain, ...rest }: z.infer<typeof message>): Publication {
  const problem = wrongTopic(topic)
  if (problem) throw wrong(`"topic": ${problem}`)
  return { topic, payload: payloadOf(rest), qos, retain, ...(client_id === undefined ? {} : { clientId: client_id }) }
}

type Payloads = Pick<z.infer<typeof message>, 'payload' | 'payload_base64' | 'payload_json'>

function payloadOf({ payload, payload_base64, payload_json }: Payloads): Buffer {
  if ([payload, payload_base64, payload_json].filter(each => each !== undefined).length !== 1) {
    throw wrong('expected exactly one of "payload", "payload_base64" and "payload_json"')
  }
  if (payload !== undefined) return Buffer.from(payload)
  if (payload_base64 === undefined) return Buffer.from(asText(payload_json))
  if (payload_base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(payload_base64)) {
    throw wrong('"payload_base64": expected base64 (RFC 4648 §4) with its padding')
  }
  return Buffer.from(payload_base64, 'base64')
}

function asText(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    throw wrong('"payload_json": expected something less deep')
  }
}

function wrong(sentence: string): KernelError {
  return new KernelError('body_invalid', `${sentence}; it was not published`)
}
