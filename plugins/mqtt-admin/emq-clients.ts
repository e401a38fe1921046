import { EmqError, type PluginContext, paged } from 'patchbay'
import type { MqttBackend, MqttClient } from './backend.js'
import { localTime } from './emq-time.js'

const READ = { permission: 'clients.read' }

/** `clients` (contracts/mqtt.md §1.3). */
export function contributeClients(ctx: PluginContext, backend: () => MqttBackend): void {
  ctx.command('emq', { access: READ, method: 'GET', path: 'nodes/{node}/clients', paged: true }, ({ page }) => {
    const mqtt = backend()
    const offset = (Math.max(page.current, 1) - 1) * page.size
    return paged(page, mqtt.clientCount(), mqtt.clients(offset, page.size).map(asEmq))
  })

  const one = ({ path }: { path: Record<string, string> }) => {
    const client = backend().client(path['id']!)
    return { objects: client ? [asEmq(client)] : [] }
  }
  ctx.command('emq', { access: READ, method: 'GET', path: 'nodes/{node}/clients/{id...}' }, one)
  ctx.command('emq', { access: READ, method: 'GET', path: 'clients/{id...}' }, one)

  ctx.command(
    'emq',
    { access: { permission: 'clients.disconnect' }, method: 'DELETE', path: 'clients/{id...}' },
    async ({ path }) => {
      if (!(await backend().disconnect(path['id']!))) throw new EmqError(112)
      return []
    },
  )
}

function asEmq(client: MqttClient): object {
  return {
    client_id: client.clientId,
    username: client.username ?? 'undefined',
    ipaddress: client.address,
    port: client.port,
    clean_sess: client.cleanSession,
    proto_ver: client.protocol,
    keepalive: client.keepalive,
    connected_at: localTime(client.connectedAt),
  }
}
