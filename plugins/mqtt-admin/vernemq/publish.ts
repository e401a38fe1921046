import { KernelError, type PluginContext, type VernemqCall, type VernemqReply } from 'patchbay'
import type { MqttBackend, Publication } from '../backend.js'

/** Bytes of a topic (MQTT 3.1.1 §1.5.3). */
const LONGEST_TOPIC = 65_535

/** `POST` and `PUT /restmqtt/api/v1/publish`: as JSON, or with the payload as the body (contracts/mqtt.md §2.5). */
export function contributePublish(ctx: PluginContext, backend: () => MqttBackend): void {
  ctx.command(
    'vernemq',
    {
      access: { permission: 'messages.publish' },
      path: '/restmqtt/api/v1/publish',
      methods: ['POST', 'PUT'],
      scope: 'httppub',
    },
    async call => {
      const message = readMessage(call)
      if (typeof message === 'string') return { status: 400, type: 'text/plain', body: message }
      try {
        await backend().publish(message)
      } catch (thrown) {
        if (thrown instanceof KernelError && thrown.code === 'bad_request') return refusal(thrown.message)
        throw thrown
      }
      return { status: 200, type: 'text/plain', body: 'Published' }
    },
  )
}

function refusal(body: string): VernemqReply {
  return { status: 400, type: 'text/plain', body }
}

interface Fields {
  topic: unknown
  qos: unknown
  retain: unknown
  payload: Buffer
  clientId: unknown
}

/** The message, or the sentence that says what is wrong with it, in the original's words where it has some. */
function readMessage({ ctx, body }: VernemqCall): Publication | string {
  const query = new URLSearchParams(ctx.querystring)
  const { headers } = ctx.req
  const encoding = query.get('encoding')
  const inHeader = headers['topic'] !== undefined
  const inQuery = query.has('topic')
  const onlyEncoding = [...query.keys()].every(name => name === 'encoding')
  if (encoding !== null && encoding !== 'plain' && encoding !== 'base64') return 'Unknown payload encoding'
  if (inHeader && inQuery) return 'Parameters found in header as well as url-encoded'
  if (!inQuery && !onlyEncoding) {
    return 'Only encoding plain or base64 allows. No more URL parameters supported.'
  }
  const text = (name: string) => {
    if (inQuery) return query.get(name) ?? undefined
    const value = headers[name]
    return value === undefined ? undefined : Buffer.from(String(value), 'latin1').toString('utf8')
  }
  if (!inHeader && !inQuery) return fromJson(body, encoding)
  const fields = { topic: text('topic'), qos: text('qos'), retain: text('retain'), clientId: text('client_id') }
  return checked({ ...fields, payload: body })
}

function fromJson(body: Buffer, encoding: string | null): Publication | string {
  let given: unknown
  try {
    given = JSON.parse(body.toString('utf8'))
  } catch {
    given = undefined
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return 'Content is not a valid json'
  const { topic, qos, retain, payload, client_id: clientId } = given as Record<string, unknown>
  if (typeof payload !== 'string') return 'The payload is missing, or is not a text'
  return checked({
    topic,
    qos,
    retain,
    clientId,
    payload: Buffer.from(payload, encoding === 'base64' ? 'base64' : 'utf8'),
  })
}

function checked({ topic, qos = 0, retain = false, payload, clientId }: Fields): Publication | string {
  if (typeof topic !== 'string' || !isTopic(topic)) return 'Invalid topic'
  if (!/^[012]$/.test(String(qos))) return 'Invalid QoS value. Must be in range 0..2'
  if (!/^(true|false)$/.test(String(retain))) return 'Invalid retain flag. Must be in true or false'
  return {
    topic,
    payload,
    qos: Number(qos) as Publication['qos'],
    retain: String(retain) === 'true',
    ...(typeof clientId === 'string' && { clientId }),
  }
}

/** One that can be published to; those of the broker itself cannot. */
function isTopic(topic: string): boolean {
  if (topic === '' || topic.startsWith('$') || Buffer.byteLength(topic) > LONGEST_TOPIC) return false
  return !/[#+\0]|\p{Cs}/u.test(topic)
}
