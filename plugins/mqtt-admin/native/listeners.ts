import type { PluginContext } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend } from '../backend.js'

const LISTENER = z.object({
  transport: z.enum(['tcp', 'tls', 'ws', 'wss']),
  address: z.string(),
  port: z.int(),
  status: z.enum(['running', 'stopped']),
  configured: z.boolean().describe('false when a call has started it: it ends with the process'),
  connections: z.int(),
  max_connections: z.int().describe('0 is no limit'),
  total_connections: z.int().describe('since it was opened'),
  shutdowns: z.record(z.string(), z.int()).describe('why connections ended abnormally'),
})

/** Where MQTT clients come in. */
export function contributeListeners(ctx: PluginContext, backend: () => MqttBackend): void {
  const describe = {
    summary: 'The MQTT listeners',
    query: z.strictObject({}),
    answer: z.object({ listeners: z.array(LISTENER), total: z.int() }),
  }
  ctx.route('GET', '/mqtt/v1/listeners', { permission: 'listeners.read', describe }, async () => {
    const listeners = await backend().listeners.list()
    return {
      listeners: listeners.map(each => ({
        transport: each.transport,
        address: each.address,
        port: each.port,
        status: each.status,
        configured: each.configured,
        connections: each.connections,
        max_connections: each.maxConnections,
        total_connections: each.totalConnections,
        shutdowns: each.shutdowns,
      })),
      total: listeners.length,
    }
  })
}
