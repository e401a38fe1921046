import type { PluginContext } from 'patchbay'
import type { MqttBackend } from '../backend.js'
import type { Options } from '../options.js'
import { pageOf } from './page.js'

const access = { permission: 'subscriptions.read' }

/** `routes`: the filters that somebody subscribes to; a look-up is exact (contracts/mqtt.md §1.3). */
export function contributeRoutes(ctx: PluginContext<Options>, backend: () => MqttBackend): void {
  const slash = ctx.config.quirks === 'doc'
  ctx.command(
    'emq',
    { access, method: 'GET', path: 'routes', paged: true, clipped: true, slash },
    async ({ page, node }) => {
      const { subscriptions } = backend()
      const read = (offset: number, limit: number) => subscriptions.routes(offset, limit)
      return pageOf(page, await subscriptions.routeCount(), read, topic => ({ topic, node }))
    },
  )
  ctx.command('emq', { access, method: 'GET', path: 'routes/{topic...}' }, async ({ path, node }) => {
    const topic = path['topic']!
    const subscribers = await backend().subscriptions.subscribers(topic)
    return { objects: subscribers > 0 ? [{ topic, node }] : [] }
  })
}
