import type { PluginContext } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend } from '../backend.js'
import { findSessions } from './find-sessions.js'
import { fromNumericCursor, list, listOf, PAGING } from './list.js'
import { noSession } from './no-session.js'
import { matcherOf, SESSION_FILTER, STATES } from './session-filter.js'
import { asJson, SESSION, SESSION_FIELDS } from './session-shape.js'

const query = z.strictObject({
  state: z.enum(STATES).default('all').describe('away is a persistent session without its client'),
  ...SESSION_FILTER,
  fields: z.array(z.enum(SESSION_FIELDS)).optional().describe('only these'),
  count: z
    .boolean()
    .default(true)
    .describe('whether to count all that match; without it the search ends with the page'),
  ...PAGING,
})

/** `GET /mqtt/v1/clients`, and one of them. */
export function contributeClients(ctx: PluginContext, backend: () => MqttBackend): void {
  const list_ = {
    summary: 'Clients and persistent sessions, filtered, in the order in which the sessions were opened',
    query,
    answer: listOf('clients', SESSION.partial()),
    example: { query: { state: 'connected', like: 'sensor-*', fields: ['client_id', 'address'], limit: 20 } },
  }
  ctx.route('GET', '/mqtt/v1/clients', { permission: 'clients.read', describe: list_ }, async ({ given }) => {
    const { state, fields, count, limit, after } = given
    const { items, total, next } = await findSessions(backend().sessions, {
      which: state,
      matches: matcherOf(given),
      limit,
      after: fromNumericCursor(after),
      count,
      show: session => asJson(session, fields),
    })
    return list('clients', items, total, next)
  })

  const one = {
    summary: 'One client or persistent session',
    parameters: { id: 'client id, percent-encoded' },
    query: z.strictObject({}),
    answer: SESSION,
  }
  ctx.route('GET', '/mqtt/v1/clients/:id', { permission: 'clients.read', describe: one }, async ({ params }) => {
    const session = await backend().sessions.get(params['id']!)
    if (!session) throw noSession(params['id']!)
    return asJson(session)
  })
}
