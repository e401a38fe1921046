import { setImmediate } from 'node:timers/promises'
import type { PluginContext } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend, SessionDirectory } from '../backend.js'
import { fromCursor, list, listOf, notACursor, PAGING } from './list.js'
import { filterText, topicMatches, topicText } from './topic.js'

const query = z.strictObject({
  topic: filterText.optional().describe('exactly this filter'),
  matches: topicText.optional().describe('those that a message to this topic reaches'),
  ...PAGING,
})

const SUBSCRIPTION = z.object({ client_id: z.string(), topic: z.string(), qos: z.int() })
type Subscription = z.infer<typeof SUBSCRIPTION>

/** How many are looked at before others have their turn. */
const BLOCK = 2000

/** `GET /mqtt/v1/subscriptions`: of all sessions, in their order. */
export function contributeSubscriptions(ctx: PluginContext, backend: () => MqttBackend): void {
  const describe = {
    summary: 'Subscriptions of all clients, also of those who are away',
    query,
    answer: listOf('subscriptions', SUBSCRIPTION),
    example: { query: { matches: 'sensors/1/state' } },
  }
  ctx.route('GET', '/mqtt/v1/subscriptions', { permission: 'subscriptions.read', describe }, async ({ given }) => {
    const { topic, matches, limit, after } = given
    const wanted = (filter: string) =>
      (topic === undefined || filter === topic) && (matches === undefined || topicMatches(filter, matches))
    const { sessions, subscriptions } = backend()
    const { items, next } = await find(sessions, wanted, limit, positionIn(after))
    const unfiltered = topic === undefined && matches === undefined
    return list('subscriptions', items, unfiltered ? await subscriptions.count() : undefined, next)
  })
}

/** A session, and how many of its subscriptions lie behind. */
interface Position {
  serial: number
  passed: number
}

async function find(
  sessions: SessionDirectory,
  wanted: (filter: string) => boolean,
  limit: number,
  from: Position,
): Promise<{ items: Subscription[]; next?: string }> {
  const items: Subscription[] = []
  let last = from
  let looked = 0
  // The session of the position itself is looked at again.
  for await (const block of sessions.blocks('all', from.serial - 1)) {
    for (const { serial, clientId, subscriptions } of block) {
      let passed = 0
      for (const [topic, { qos }] of subscriptions) {
        if (++looked % BLOCK === 0) await setImmediate()
        passed++
        if ((serial === from.serial && passed <= from.passed) || !wanted(topic)) continue
        if (items.length === limit) return { items, next: `${last.serial}.${last.passed}` }
        items.push({ client_id: clientId, topic, qos })
        last = { serial, passed }
      }
    }
  }
  return { items }
}

function positionIn(after: string | undefined): Position {
  const position = fromCursor(after)
  if (position === undefined) return { serial: 0, passed: 0 }
  const [, serial, passed] = /^(\d{1,15})\.(\d{1,15})$/.exec(position) ?? []
  if (serial === undefined) throw notACursor()
  return { serial: Number(serial), passed: Number(passed) }
}
