import type { Cell, PluginContext } from 'patchbay'
import type { MqttBackend, MqttSession } from '../backend.js'

type Column = (session: MqttSession) => Cell

/** The default columns of `session show` since 1.1 (contracts/mqtt.md §2.3), in alphabetical order. */
const COLUMNS: ReadonlyMap<string, Column> = new Map<string, Column>([
  ['client_id', ({ clientId }) => clientId],
  ['is_online', ({ connected }) => connected],
  ['mountpoint', () => ''],
  ['peer_host', ({ connected, address }) => (connected ? (address ?? null) : null)],
  ['peer_port', ({ connected, port }) => (connected ? (port ?? null) : null)],
  ['user', ({ connected, username }) => (connected ? (username ?? null) : null)],
])
const FLAGS = {
  ...Object.fromEntries([...COLUMNS.keys()].map(name => [name, {}])),
  limit: { value: 'number' as const },
  rowtimeout: { value: 'number' as const },
}
const DEFAULT_LIMIT = 100

/** `session show` (`--column` selects, `--column=value` filters) and `session disconnect`. */
export function contributeSessions(ctx: PluginContext, backend: () => MqttBackend): void {
  const access = { permission: 'clients.read' }
  ctx.command('vernemq', { access, path: 'session show', reads: true, flags: FLAGS }, async ({ flags }) => {
    const given = [...COLUMNS].filter(([name]) => flags.has(name))
    const filters = given.filter(([name]) => flags.get(name) !== true)
    const selected = given.filter(([name]) => flags.get(name) === true)
    const shown = selected.length > 0 ? selected : [...COLUMNS]
    const matches = (session: MqttSession) =>
      filters.every(([name, column]) => String(column(session)) === flags.get(name))
    const limit = Number(flags.get('limit') ?? DEFAULT_LIMIT)
    const sessions: MqttSession[] = []
    for await (const block of backend().sessions.blocks('all')) {
      sessions.push(...block.filter(matches))
      if (sessions.length >= limit) break
    }
    sessions.length = Math.min(sessions.length, limit)
    return {
      table: sessions.map(session => Object.fromEntries(shown.map(([name, column]) => [name, column(session)]))),
    }
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
      // There is one mountpoint, the default one; nobody is connected to another.
      if (flags.get('mountpoint')) return { text: 'Done' }
      if (flags.has('cleanup')) await mqtt.sessions.forget(clientId, 'kicked')
      else await mqtt.sessions.disconnect(clientId, 'kicked')
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
