import type { PluginContext } from 'patchbay'
import type { MqttBackend, MqttListener } from '../backend.js'
import type { Options } from '../options.js'

interface EmqListener {
  protocol: string
  listen: string
  acceptors: number
  max_clients: number
  current_clients: number
  shutdown_count: Record<string, number> | []
}

const access = { permission: 'listeners.read' }
const PROTOCOLS = { tcp: 'mqtt:tcp', tls: 'mqtt:ssl', ws: 'mqtt:ws', wss: 'mqtt:wss' } as const
/** Where EMQ has its dashboard, which serves the API too. */
const DASHBOARD_PORT = 18_083

/** `monitoring/listeners` (contracts/mqtt.md §1.3). */
export function contributeListeners(ctx: PluginContext<Options>, backend: () => MqttBackend): void {
  const list = async (): Promise<EmqListener[]> => {
    const all = await backend().listeners.list()
    const http = ctx.http.list().filter(({ handlers }) => handlers.includes('emq'))
    return [
      ...http.map(({ address, port, connections, maxConnections = 0 }) => ({
        protocol: port === DASHBOARD_PORT ? 'dashboard:http' : 'mqtt:api',
        ...shown(address, port, maxConnections, connections, {}),
      })),
      ...all.filter(({ status }) => status === 'running').map(asEmq),
    ]
  }
  ctx.command('emq', { access, method: 'GET', path: 'monitoring/listeners' }, async ({ node }) => {
    // In the other order than for one node.
    const all = { [node]: (await list()).reverse() }
    return ctx.config.quirks === 'doc' ? all : [all]
  })
  ctx.command('emq', { access, method: 'GET', path: 'monitoring/listeners/{node}' }, list)
}

function asEmq({ transport, address, port, maxConnections, connections, shutdowns }: MqttListener): EmqListener {
  return { protocol: PROTOCOLS[transport], ...shown(address, port, maxConnections, connections, shutdowns) }
}

/** Connections are accepted by one loop. */
function shown(
  address: string,
  port: number,
  maxClients: number,
  clients: number,
  shutdowns: Readonly<Record<string, number>>,
): Omit<EmqListener, 'protocol'> {
  const everywhere = address === '0.0.0.0' || address === '::'
  return {
    listen: everywhere ? `${port}` : `${address.includes(':') ? `[${address}]` : address}:${port}`,
    acceptors: 1,
    max_clients: maxClients,
    current_clients: clients,
    shutdown_count: Object.keys(shutdowns).length > 0 ? shutdowns : [],
  }
}
