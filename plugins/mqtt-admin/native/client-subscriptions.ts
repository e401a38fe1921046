import type { PluginContext } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend } from '../backend.js'
import { fromNumericCursor, list, listOf, PAGING } from './list.js'
import { noSession } from './no-session.js'
import { filterText } from './topic.js'

/** How many a call may change. */
const MOST = 1000
const SUBSCRIPTION = z.object({ topic: z.string(), qos: z.int() })
const parameters = { id: 'client id, percent-encoded' }

/** What a client subscribes to, and changes to that on its behalf: also while it is away. */
export function contributeClientSubscriptions(ctx: PluginContext, backend: () => MqttBackend): void {
  const read = {
    summary: 'The subscriptions of a client',
    parameters,
    query: z.strictObject(PAGING),
    answer: listOf('subscriptions', SUBSCRIPTION),
  }
  ctx.route(
    'GET',
    '/mqtt/v1/clients/:id/subscriptions',
    { permission: 'subscriptions.read', describe: read },
    async ({ params, given }) => {
      const session = await backend().sessions.get(params['id']!)
      if (!session) throw noSession(params['id']!)
      const offset = fromNumericCursor(given.after) ?? 0
      const { subscriptions } = session
      const page = [...subscriptions].slice(offset, offset + given.limit).map(([topic, { qos }]) => ({ topic, qos }))
      const end = offset + page.length
      return list('subscriptions', page, subscriptions.size, end < subscriptions.size ? String(end) : undefined)
    },
  )

  const access = { permission: 'clients.subscribe' }
  const subscribe = {
    summary: 'Subscribe a client, as if it had asked; the ACL is not',
    parameters,
    body: z.strictObject({
      subscriptions: z
        .array(z.strictObject({ topic: filterText, qos: z.int().min(0).max(2).default(0) }))
        .min(1)
        .max(MOST),
    }),
    answer: z.object({
      results: z.array(
        z.object({ topic: z.string(), granted: z.int().nullable().describe('QoS; null when it was refused') }),
      ),
    }),
    example: { body: { subscriptions: [{ topic: 'alerts/#', qos: 1 }] } },
  }
  ctx.route('POST', '/mqtt/v1/clients/:id/subscribe', { ...access, describe: subscribe }, async ({ params, input }) => {
    const { subscriptions } = input
    const granted = await backend().sessions.subscribe(params['id']!, subscriptions)
    if (!granted) throw noSession(params['id']!)
    return {
      results: subscriptions.map(({ topic }, index) => ({
        topic,
        granted: granted[index]! < 128 ? granted[index] : null,
      })),
    }
  })

  const unsubscribe = {
    summary: 'Unsubscribe a client, as if it had asked',
    parameters,
    body: z.strictObject({ topics: z.array(filterText).min(1).max(MOST) }),
    answer: z.object({ results: z.array(z.object({ topic: z.string(), was_subscribed: z.boolean() })) }),
    example: { body: { topics: ['alerts/#'] } },
  }
  ctx.route(
    'POST',
    '/mqtt/v1/clients/:id/unsubscribe',
    { ...access, describe: unsubscribe },
    async ({ params, input: { topics } }) => {
      const had = await backend().sessions.unsubscribe(params['id']!, topics)
      if (!had) throw noSession(params['id']!)
      return { results: topics.map((topic, index) => ({ topic, was_subscribed: had[index] ?? false })) }
    },
  )
}
