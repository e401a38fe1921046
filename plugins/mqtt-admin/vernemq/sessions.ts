import { alert, type PluginContext, type VernemqOutput } from 'patchbay'
import type { MqttBackend } from '../backend.js'
import { isDefault, MOUNTPOINT, withMountpoint } from './mountpoint.js'
import { assertThisNode, parseQuery, queryFlags } from './query.js'
import { ALL_COLUMNS, SHOWN } from './session-columns.js'
import { queryRows } from './session-query.js'
import { DISCONNECT_USAGE, REAUTHORIZE_USAGE, UNSUBSCRIBE_USAGE } from './usage.js'

const DONE: VernemqOutput = { text: 'Done' }
const ENDING = { cleanup: { short: 'c' }, ...MOUNTPOINT }

/** `session show`, `disconnect`, `unsubscribe`, `reauthorize` (contracts/mqtt.md §2.3, §2.4). */
export function contributeSessions(ctx: PluginContext, backend: () => MqttBackend): void {
  const [access, write] = [{ permission: 'clients.read' }, { permission: 'clients.disconnect' }]
  const end = async (clientIds: readonly string[], flags: ReadonlyMap<string, string | true>) => {
    const { sessions } = backend()
    if (!isDefault(flags)) return DONE
    for (const clientId of clientIds) {
      if (flags.has('cleanup')) await sessions.forget(clientId, 'kicked')
      else await sessions.disconnect(clientId, 'kicked')
    }
    return DONE
  }

  ctx.command(
    'vernemq',
    { access, path: 'session show', reads: true, flags: queryFlags(ALL_COLUMNS) },
    async ({ given, node }) => ({
      table: await queryRows(backend().sessions, parseQuery(given, ALL_COLUMNS, SHOWN), node),
    }),
  )

  ctx.command(
    'vernemq',
    { access: write, path: 'session disconnect', params: ['client-id'], flags: ENDING },
    withMountpoint(({ params, flags }) => {
      const clientId = params.get('client-id')
      return clientId === undefined ? alert(DISCONNECT_USAGE) : end([clientId], flags)
    }),
  )

  ctx.command(
    'vernemq',
    { access: write, path: 'session disconnect clients', params: ['client-ids'], flags: ENDING },
    withMountpoint(({ params, flags }) => {
      const clientIds = params.get('client-ids')?.split(',').filter(Boolean) ?? []
      return clientIds.length === 0 ? alert(DISCONNECT_USAGE) : end(clientIds, flags)
    }),
  )

  ctx.command(
    'vernemq',
    {
      access: write,
      path: 'session disconnect batch',
      params: ['count'],
      flags: {
        ...ENDING,
        'filter-client-ids': { short: 'f', value: true },
        node: { short: 'n', value: true },
      },
    },
    withMountpoint(async ({ params, flags, node }) => {
      const count = params.get('count')
      if (count === undefined || !/^\d{1,9}$/.test(count)) return alert(DISCONNECT_USAGE)
      assertThisNode(node, flags.get('node'))
      const spared = new Set(String(flags.get('filter-client-ids') ?? '').split(','))
      return end(await connected(backend(), Number(count), spared), flags)
    }),
  )

  ctx.command(
    'vernemq',
    {
      access: { permission: 'clients.subscribe' },
      path: 'session unsubscribe',
      params: ['client-id', 'topic'],
      flags: { plugin: {}, ...MOUNTPOINT },
    },
    withMountpoint(async ({ params, flags }) => {
      const [clientId, topic] = [params.get('client-id'), params.get('topic')]
      if (clientId === undefined || topic === undefined) return alert(UNSUBSCRIBE_USAGE)
      const had = !isDefault(flags) ? undefined : await backend().sessions.unsubscribe(clientId, [topic])
      // As the original spells it.
      return { text: had?.[0] ? 'Done' : 'Not successfull' }
    }),
  )

  ctx.command(
    'vernemq',
    {
      access: { permission: 'clients.subscribe' },
      path: 'session reauthorize',
      params: ['username', 'client-id'],
      flags: MOUNTPOINT,
    },
    withMountpoint(async ({ params, flags }) => {
      const [username, clientId] = [params.get('username'), params.get('client-id')]
      if (username === undefined || clientId === undefined) return alert(REAUTHORIZE_USAGE)
      const { sessions } = backend()
      const session = !isDefault(flags) ? undefined : await sessions.get(clientId)
      if (session && session.username !== username) {
        const user = session.username === undefined ? 'without a user name' : `as "${session.username}"`
        return alert(`"${clientId}" is connected ${user}, not as "${username}"; nothing was changed`)
      }
      const removed = session && (await sessions.reauthorize(clientId))
      return { text: removed && removed.length > 0 ? 'Done' : 'Unchanged' }
    }),
  )
}

async function connected({ sessions }: MqttBackend, count: number, spared: ReadonlySet<string>): Promise<string[]> {
  const found: string[] = []
  if (count === 0) return found
  for await (const block of sessions.blocks('connected')) {
    for (const { clientId } of block) {
      if (!spared.has(clientId)) found.push(clientId)
      if (found.length >= count) return found
    }
  }
  return found
}
