import { alert, type Cell, type PluginContext } from 'patchbay'
import type { MqttBackend } from '../backend.js'

/** `cluster` and `node` for what is one node (contracts/mqtt.md §2.4). */
export function contributeCluster(ctx: PluginContext, backend: () => MqttBackend): void {
  const [access, write] = [{ permission: 'nodes.read' }, { permission: 'nodes.write' }]
  ctx.command('vernemq', { access, path: 'cluster show', reads: true }, ({ node }) => {
    backend()
    return { table: [{ Node: node, Running: true }] }
  })

  ctx.command('vernemq', { access: write, path: 'cluster join', params: ['discovery-node'] }, ({ params }) => {
    const other = params.get('discovery-node')
    return other === undefined
      ? alert('You have to provide a discovery node (example discovery-node=vernemq1@127.0.0.1)')
      : alert(`Couldn't join cluster due to not_clustered: this broker is one node and cannot join ${other}`)
  })

  ctx.command(
    'vernemq',
    {
      access: write,
      path: 'cluster leave',
      params: ['node'],
      flags: {
        kill_sessions: { short: 'k' },
        'summary-interval': { short: 'i', value: 'number' },
        timeout: { short: 't', value: 'number' },
      },
    },
    ({ params, node }) => {
      const leaving = params.get('node')
      if (leaving === undefined) return alert('You have to provide a node')
      if (leaving !== node) return alert(`Node ${leaving} wasn't part of the cluster`)
      return alert(`${node} is the only node; "listener stop --kill_sessions" sends its clients away`)
    },
  )

  ctx.command('vernemq', { access, path: 'node start', reads: true }, () => {
    // It runs, or this throws.
    backend()
    return { text: 'Done' }
  })

  ctx.command('vernemq', { access, path: 'node status', reads: true }, async () => {
    const status = Object.entries(await nodeStatus(backend()))
    return { table: status.map(([Status, Value]) => ({ Status, Value })) }
  })
}

/** The figures of `node status` and `/status.json`, in their order. */
export async function nodeStatus({
  metrics,
  sessions,
  subscriptions,
  retained,
  product,
}: MqttBackend): Promise<Record<string, Cell>> {
  const counters = await metrics.counters()
  return {
    num_online: await sessions.count('connected'),
    num_offline: await sessions.count('away'),
    msg_in: counters['packets.publish.received'],
    msg_out: counters['packets.publish.sent'],
    queue_in: counters['queue.in'],
    queue_out: counters['queue.out'],
    queue_drop: counters['queue.dropped'],
    queue_unhandled: counters['publish.unrouted'],
    num_subscriptions: await subscriptions.count(),
    num_retained: await retained.count(),
    matches_local: counters['router.matches'],
    matches_remote: 0,
    version: product.version,
  }
}
