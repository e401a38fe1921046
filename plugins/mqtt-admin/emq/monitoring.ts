import type { PluginContext } from 'patchbay'
import type { MqttBackend } from '../backend.js'
import { descriptorLimit, loads, memory } from '../node-figures.js'
import type { Options } from '../options.js'
import { asMetrics, asStats } from './metric-names.js'
import { OTP_RELEASE } from './nodes.js'

const NODES = { permission: 'nodes.read' }
const METRICS = { permission: 'metrics.read' }

/** `monitoring/nodes`, `stats` and `metrics` (contracts/mqtt.md §1.3). */
export async function contributeMonitoring(ctx: PluginContext<Options>, backend: () => MqttBackend): Promise<void> {
  // It does not change while the process runs.
  const maxDescriptors = (await descriptorLimit()) ?? 'undefined'

  const figures = async ({ node: name }: { node: string }) => {
    const { clients } = await backend().metrics.gauges()
    return {
      name,
      otp_release: OTP_RELEASE,
      ...memory(),
      // There are no processes within this one: it is one of one.
      process_available: 1,
      process_used: 1,
      max_fds: maxDescriptors,
      clients: clients.count,
      node_status: 'Running',
      ...loads(),
    }
  }
  const stats = async () => asStats(await backend().metrics.gauges())
  const metrics = async () => {
    const { metrics: measured } = backend()
    return asMetrics(await measured.counters(), await measured.gauges())
  }

  ctx.command('emq', { access: NODES, method: 'GET', path: 'monitoring/nodes' }, async call => [await figures(call)])
  ctx.command('emq', { access: NODES, method: 'GET', path: 'monitoring/nodes/{node}' }, figures)
  ctx.command('emq', { access: METRICS, method: 'GET', path: 'monitoring/stats' }, async ({ node }) => [
    { [node]: await stats() },
  ])
  ctx.command('emq', { access: METRICS, method: 'GET', path: 'monitoring/stats/{node}' }, stats)
  ctx.command('emq', { access: METRICS, method: 'GET', path: 'monitoring/metrics' }, async ({ node }) =>
    ctx.config.quirks === 'doc' ? metrics() : [{ [node]: await metrics() }],
  )
  ctx.command('emq', { access: METRICS, method: 'GET', path: 'monitoring/metrics/{node}' }, metrics)
}
