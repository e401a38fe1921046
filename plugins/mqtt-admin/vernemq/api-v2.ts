import type { PluginContext, VernemqReply } from 'patchbay'
import type { MqttBackend } from '../backend.js'

const SCOPE = { reads: true, scope: 'api2' } as const

/** `/api/v2/client` and `/api/v2/disconnect` of 2.x: one client, by its id (contracts/mqtt.md §2.5). */
export function contributeApiV2(ctx: PluginContext, backend: () => MqttBackend): void {
  ctx.command(
    'vernemq',
    { ...SCOPE, access: { permission: 'clients.read' }, path: '/api/v2/client' },
    async ({ ctx: { querystring } }) => {
      const asked = new URLSearchParams(querystring)
      const session = await find(backend(), asked)
      const status = session === undefined ? 'unknown' : session.connected ? 'online' : 'offline'
      if (!asked.has('topics')) return reply({ status })
      const topics = [...(session?.subscriptions ?? [])].map(([topic, { qos }]) => [topic, qos])
      return reply({ status, topics: Object.fromEntries(topics) })
    },
  )

  const { scope } = SCOPE
  ctx.command(
    'vernemq',
    { scope, access: { permission: 'clients.disconnect' }, path: '/api/v2/disconnect' },
    async ({ ctx: { querystring } }) => {
      const asked = new URLSearchParams(querystring)
      const session = await find(backend(), asked)
      if (!session) return reply('unknown')
      const { sessions } = backend()
      // Its presence counts, as everywhere there.
      if (asked.has('cleanup')) await sessions.forget(session.clientId, 'kicked')
      else await sessions.disconnect(session.clientId, 'kicked')
      return reply('ok')
    },
  )
}

/** Nothing is in another mountpoint than the default one. */
function find({ sessions }: MqttBackend, asked: URLSearchParams) {
  return asked.get('mountpoint') ? undefined : sessions.get(asked.get('client_id') ?? '')
}

function reply(body: unknown): VernemqReply {
  return { status: 200, type: 'application/json', body: JSON.stringify(body) }
}
