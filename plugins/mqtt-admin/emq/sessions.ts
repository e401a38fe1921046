import type { PluginContext } from 'patchbay'
import type { MqttBackend, MqttSession } from '../backend.js'
import type { Options } from '../options.js'
import { pageOf } from './page.js'
import { localTime } from './time.js'

const access = { permission: 'clients.read' }

/** `sessions`, those of clients that are away included (contracts/mqtt.md §1.3). */
export function contributeSessions(ctx: PluginContext<Options>, backend: () => MqttBackend): void {
  ctx.command('emq', { access, method: 'GET', path: 'nodes/{node}/sessions', paged: true }, async ({ page }) => {
    const { sessions } = backend()
    const read = (offset: number, limit: number) => sessions.page('all', offset, limit)
    return pageOf(page, await sessions.count('all'), read, asEmq)
  })

  const one = async ({ path }: { path: Record<string, string> }) => {
    const session = await backend().sessions.get(path['id']!)
    return { objects: session ? [asEmq(session)] : [] }
  }
  ctx.command('emq', { access, method: 'GET', path: 'nodes/{node}/sessions/{id...}' }, one)
  ctx.command('emq', { access, method: 'GET', path: 'sessions/{id...}' }, one)
}

function asEmq(session: MqttSession): object {
  return {
    client_id: session.clientId,
    clean_sess: session.cleanSession,
    subscriptions: session.subscriptions.size,
    // 0 is no limit: the broker keeps no window for what it sends.
    max_inflight: 0,
    inflight_len: session.inflight,
    mqueue_len: session.queued,
    mqueue_dropped: session.queueDropped,
    awaiting_rel_len: session.awaitingRelease,
    deliver_msg: session.delivered,
    enqueue_msg: session.enqueued,
    created_at: localTime(new Date(session.createdAt)),
  }
}
