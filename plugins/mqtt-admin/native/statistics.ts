import type { PluginContext } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend } from '../backend.js'

const answer = z.object({
  product: z.object({ name: z.string(), version: z.string(), description: z.string() }),
  started_at: z.iso.datetime(),
  counters: z.record(z.string(), z.int()).describe('since the broker began or they were reset'),
  gauges: z.record(z.string(), z.object({ count: z.int(), max: z.int() })).describe('what is now and has been at most'),
})

/** Counters and gauges in the words of MQTT. */
export function contributeStatistics(ctx: PluginContext, backend: () => MqttBackend): void {
  const describe = { summary: 'Counters and gauges of the broker', query: z.strictObject({}), answer }
  ctx.route('GET', '/mqtt/v1/stats', { permission: 'metrics.read', describe }, async () => {
    const { product, startedAt, metrics } = backend()
    return {
      product,
      started_at: startedAt.toISOString(),
      counters: await metrics.counters(),
      gauges: await metrics.gauges(),
    }
  })
}
