import { EmqError, type PluginContext, paged } from 'patchbay'
import type { MqttBackend, MqttSession } from '../backend.js'
import { localTime } from './time.js'

const READ = { permission: 'clients.read' }

/** `clients` (contracts/mqtt.md §1.3). */
export function contributeClients(ctx: PluginContext, backend: () => MqttBackend): void {
  ctx.command('emq', { access: READ, method: 'GET', path: 'nodes/{node}/clients', paged: true }, async ({ page }) => {
    const { sessions } = backend()
    const offset = (Math.max(page.current, 1) - 1) * page.size
    const clients = await sessions.page('connected', offset, page.size)
    return paged(page, await sessions.count('connected'), clients.map(asEmq))
  })

  const one = async ({ path }: { path: Record<string, string> }) => {
    const session = await backend().sessions.get(path['id']!)
    return { objects: session?.connected ? [asEmq(session)] : [] }
  }
  ctx.command('emq', { access: READ, method: 'GET', path: 'nodes/{node}/clients/{id...}' }, one)
  ctx.command('emq', { access: READ, method: 'GET', path: 'clients/{id...}' }, one)

  ctx.command(
    'emq',
    { access: { permission: 'clients.disconnect' }, method: 'DELETE', path: 'clients/{id...}' },
    async ({ path }) => {
      if (!(await backend().sessions.disconnect(path['id']!, 'kicked'))) throw new EmqError(112)
      return []
    },
  )
}

function asEmq(client: MqttSession): object {
  return {
    client_id: client.clientId,
    username: client.username ?? 'undefined',
    ipaddress: client.address,
    port: client.port,
    clean_sess: client.cleanSession,
    proto_ver: client.protocol,
    keepalive: client.keepalive,
    connected_at: localTime(new Date(client.connectedAt)),
  }
}
