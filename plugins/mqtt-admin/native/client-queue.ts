import type { PluginContext } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend, QueuedMessage } from '../backend.js'
import { fromNumericCursor, iso, list, listOf, PAGING } from './list.js'
import { noSession } from './no-session.js'
import { PAYLOAD, PAYLOAD_LIMIT, shownPayload } from './payload.js'

/** Bytes of payload after which a page ends, however many messages were asked for. */
const HEAVY_PAGE = 1_048_576

const MESSAGE = z.object({
  id: z.string().describe('stays the same while the message waits'),
  topic: z.string(),
  qos: z.int(),
  retain: z.boolean(),
  dup: z.boolean(),
  sent: z.boolean().describe('whether it was sent and awaits its acknowledgement'),
  queued_at: z.iso.datetime().nullable(),
  ...PAYLOAD,
})

/** `GET /mqtt/v1/clients/:id/queue`: a look at what waits, which changes nothing. */
export function contributeClientQueue(ctx: PluginContext, backend: () => MqttBackend): void {
  const describe = {
    summary: 'The messages that wait for a client or for its acknowledgement, oldest first',
    details: 'The queue moves while it is read: pages are counted from its head.',
    parameters: { id: 'client id, percent-encoded' },
    query: z.strictObject({ ...PAGING, payload_limit: PAYLOAD_LIMIT }),
    answer: listOf('messages', MESSAGE),
  }
  ctx.route(
    'GET',
    '/mqtt/v1/clients/:id/queue',
    { permission: 'messages.read', describe },
    async ({ params, given: { limit, after, payload_limit } }) => {
      const clientId = params['id']!
      const { sessions } = backend()
      if (!(await sessions.get(clientId))) throw noSession(clientId)
      const offset = fromNumericCursor(after) ?? 0
      const waiting = await sessions.queue(clientId, offset, limit + 1)
      const shown: object[] = []
      let bytes = 0
      for (const message of waiting.slice(0, limit)) {
        shown.push(asJson(message, payload_limit))
        bytes += Math.min(message.payload.length, payload_limit)
        if (bytes >= HEAVY_PAGE) break
      }
      const more = shown.length < waiting.length
      return list('messages', shown, undefined, more ? String(offset + shown.length) : undefined)
    },
  )
}

function asJson({ id, topic, qos, retain, dup, sent, queuedAt, payload }: QueuedMessage, limit: number): object {
  return { id, topic, qos, retain, dup, sent, queued_at: iso(queuedAt), ...shownPayload(payload, limit) }
}
