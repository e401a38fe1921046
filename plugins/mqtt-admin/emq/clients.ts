import { EmqError, type PluginContext } from 'patchbay'
import type { MqttBackend, MqttSession } from '../backend.js'
import type { Options } from '../options.js'
import { pageOf } from './page.js'
import { localTime } from './time.js'

const READ = { permission: 'clients.read' }

/** `clients` (contracts/mqtt.md §1.3). */
export function contributeClients(ctx: PluginContext<Options>, backend: () => MqttBackend): void {
  ctx.command('emq', { access: READ, method: 'GET', path: 'nodes/{node}/clients', paged: true }, async ({ page }) => {
    const { sessions } = backend()
    const read = (offset: number, limit: number) => sessions.page('connected', offset, limit)
    return pageOf(page, await sessions.count('connected'), read, asEmq)
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

  ctx.command(
    'emq',
    {
      access: { permission: 'clients.forget' },
      method: 'PUT',
      path: 'clients/{id...}/clean_acl_cache',
      params: { topic: 'string' },
      clipped: true,
      slash: ctx.config.quirks === 'doc',
    },
    async ({ path, body }) => {
      const { access } = backend()
      if (!(await access.forgetDecisions(path['id']!, body['topic'] as string))) throw new EmqError(112)
      return []
    },
  )
}

function asEmq(client: MqttSession): object {
  return {
    client_id: client.clientId,
    username: client.username ?? 'undefined',
    ipaddress: client.address ?? 'undefined',
    port: client.port ?? 0,
    clean_sess: client.cleanSession,
    proto_ver: client.protocol,
    keepalive: client.keepalive,
    connected_at: localTime(new Date(client.connectedAt)),
  }
}
