import { KernelError, type PluginContext, withoutStack } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend } from '../backend.js'
import { fromNumericCursor, list, listOf, PAGING } from './list.js'

const ROUTE = z.object({ topic: z.string(), subscribers: z.int() })
const access = { permission: 'subscriptions.read' }

/** The filters that somebody subscribes to. */
export function contributeRoutes(ctx: PluginContext, backend: () => MqttBackend): void {
  const all = {
    summary: 'Every filter that somebody subscribes to, with how many do',
    query: z.strictObject(PAGING),
    answer: listOf('routes', ROUTE),
  }
  ctx.route('GET', '/mqtt/v1/routes', { ...access, describe: all }, async ({ given: { limit, after } }) => {
    const { subscriptions } = backend()
    const offset = fromNumericCursor(after) ?? 0
    const topics = await subscriptions.routes(offset, limit)
    const routes: z.infer<typeof ROUTE>[] = []
    for (const topic of topics) routes.push({ topic, subscribers: await subscriptions.subscribers(topic) })
    const total = await subscriptions.routeCount()
    const end = offset + routes.length
    return list('routes', routes, total, routes.length > 0 && end < total ? String(end) : undefined)
  })

  const one = {
    summary: 'How many subscribe to exactly this filter',
    parameters: { topic: 'the filter; its slashes may stay as they are, # and + are written %23 and %2B' },
    query: z.strictObject({}),
    answer: ROUTE,
  }
  ctx.route('GET', '/mqtt/v1/routes/*topic', { ...access, describe: one }, async ({ params }) => {
    const topic = params['topic']!
    const subscribers = await backend().subscriptions.subscribers(topic)
    if (subscribers === 0) throw noRoute(topic)
    return { topic, subscribers }
  })
}

function noRoute(topic: string): KernelError {
  return withoutStack(
    () =>
      new KernelError('not_found', `nobody subscribes to exactly "${topic}"`, {
        hint: 'GET /mqtt/v1/subscriptions?matches=TOPIC, or patchbay mqtt subscriptions --matches TOPIC, finds the filters that a topic matches',
      }),
  )
}
