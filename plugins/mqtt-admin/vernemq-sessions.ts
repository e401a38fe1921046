import type { Cell, PluginContext } from 'patchbay'
import type { MqttBackend, MqttSession } from './backend.js'

/** The default columns of `session show` since 1.1 (contracts/mqtt.md §2.3). */
const COLUMNS: Record<string, (session: MqttSession) => Cell> = {
  client_id: ({ clientId }) => clientId,
  is_online: ({ client }) => client !== undefined,
  mountpoint: () => '',
  peer_host: ({ client }) => client?.address ?? null,
  peer_port: ({ client }) => client?.port ?? null,
  user: ({ client }) => client?.username ?? null,
}
const DEFAULT_LIMIT = 100

/** `session show` (`--column` selects, `--column=value` filters) and `session disconnect`. */
export function contributeSessions(ctx: PluginContext, backend: () => MqttBackend): void {
  const flags = Object.fromEntries([...Object.keys(COLUMNS), 'limit', 'rowtimeout'].map(name => [name, {}]))
  ctx.command('vernemq', { access: { permission: 'clients.read' }, path: 'session show', flags }, call => {
    const filters: [(session: MqttSession) => Cell, string][] = []
    const selected: string[] = []
    for (const [name, value] of call.flags) {
      const column = COLUMNS[name]
      if (!column) continue
      if (value === true) selected.push(name)
      else filters.push([column, value])
    }
    const shown = (selected.length > 0 ? selected : Object.keys(COLUMNS)).sort()
    const matches = (session: MqttSession) => filters.every(([column, value]) => String(column(session)) === value)
    const limit = Number(call.flags.get('limit') ?? DEFAULT_LIMIT)
    const sessions = backend().sessions(Number.isInteger(limit) && limit >= 0 ? limit : DEFAULT_LIMIT, matches)
    return { table: sessions.map(session => Object.fromEntries(shown.map(name => [name, COLUMNS[name]!(session)]))) }
  })

  ctx.command(
    'vernemq',
    {
      access: { permission: 'clients.disconnect' },
      path: 'session disconnect',
      params: ['client-id'],
      flags: { cleanup: { short: 'c' }, mountpoint: { short: 'm', value: true } },
    },
    async ({ params, flags }) => {
      const clientId = params.get('client-id')
      if (clientId === undefined) return { alert: [{ text: DISCONNECT_USAGE }] }
      const mqtt = backend()
      await mqtt.disconnect(clientId)
      if (flags.has('cleanup')) await mqtt.forget(clientId)
      return { text: 'Done' }
    },
  )
}

const DISCONNECT_USAGE = `vmq-admin session disconnect client-id=<ClientId>

  Forcefully disconnects a client from the cluster. 

  --mountpoint=<Mountpoint>, -m
      specifies the mountpoint, defaults to the default mountpoint
  --cleanup, -c
      removes the stored cluster state of this client like stored
      messages and subscriptions.

`
