import type { PluginContext } from 'patchbay'
import type { MqttBackend, MqttSubscription } from '../backend.js'
import type { Options } from '../options.js'
import { pageOf } from './page.js'

const access = { permission: 'subscriptions.read' }

/** `subscriptions` (contracts/mqtt.md §1.3). */
export function contributeSubscriptions(ctx: PluginContext<Options>, backend: () => MqttBackend): void {
  ctx.command('emq', { access, method: 'GET', path: 'nodes/{node}/subscriptions', paged: true }, async ({ page }) => {
    const { subscriptions } = backend()
    const read = (offset: number, limit: number) => subscriptions.page(offset, limit)
    return pageOf(page, await subscriptions.count(), read, row => asEmq(row.clientId, row))
  })

  const one = async ({ path }: { path: Record<string, string> }) => {
    const session = await backend().sessions.get(path['id']!)
    const all = session ? [...session.subscriptions] : []
    return { objects: all.map(([topic, { qos }]) => asEmq(session!.clientId, { topic, qos })) }
  }
  ctx.command('emq', { access, method: 'GET', path: 'nodes/{node}/subscriptions/{id...}' }, one)
  ctx.command('emq', { access, method: 'GET', path: 'subscriptions/{id...}' }, one)
}

function asEmq(clientId: string, { topic, qos }: MqttSubscription): object {
  return { client_id: clientId, topic, qos }
}
