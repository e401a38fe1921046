import { KernelError, type PluginContext, type RouteContext } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend, SessionDirectory } from '../backend.js'
import { noSession } from './no-session.js'
import { type Matcher, matcherOf, SESSION_FILTER, STATES } from './session-filter.js'

const session = z
  .enum(['keep', 'end'])
  .default('keep')
  .describe('whether persistent sessions stay, with their subscriptions and queue, or end')

const body = z.strictObject({
  state: z.enum(STATES).optional().describe('connected unless sessions are ended, then all'),
  ...SESSION_FILTER,
  all: z.literal(true).optional().describe('everybody: needed when there is no filter'),
  session,
  dry_run: z.boolean().default(false).describe('only count'),
})

const ACCESS = { permission: 'clients.disconnect' }
/** How many connections are closed at once. */
const AT_ONCE = 50

/** `DELETE /mqtt/v1/clients/:id` for one, `POST /mqtt/v1/clients/kick` for all that match a filter. */
export function contributeKick(ctx: PluginContext, backend: () => MqttBackend): void {
  const one = {
    summary: 'Disconnect a client; its will is published',
    parameters: { id: 'client id, percent-encoded' },
    query: z.strictObject({ session }),
    answer: z.object({ client_id: z.string(), disconnected: z.boolean(), session_ended: z.boolean() }),
  }
  ctx.route('DELETE', '/mqtt/v1/clients/:id', { ...ACCESS, describe: one }, async ({ params, given }) => {
    const clientId = params['id']!
    const { sessions } = backend()
    const known = await sessions.get(clientId)
    if (!known) throw noSession(clientId)
    const { connected, cleanSession } = known
    const ends = given.session === 'end'
    if (!connected && !ends) throw notConnected(clientId)
    const done = await (ends ? sessions.forget(clientId, 'kicked') : sessions.disconnect(clientId, 'kicked'))
    if (!done) throw noSession(clientId)
    return { client_id: clientId, disconnected: connected, session_ended: ends || cleanSession }
  })

  const many = {
    summary: 'Disconnect every client that matches a filter',
    details: 'Clients that connect after the call began are left alone.',
    body,
    answer: z.object({
      matched: z.int(),
      done: z.int().describe('disconnected, or whose session was ended'),
      dry_run: z.boolean(),
    }),
    example: { body: { like: 'sensor-*', username: 'bob', dry_run: true } },
  }
  ctx.route('POST', '/mqtt/v1/clients/kick', { ...ACCESS, describe: many }, async request => {
    const { input } = request
    const { state = input.session === 'end' ? 'all' : 'connected' } = input
    const matches = matcherOf(input)
    if (!matches && !input.all) throw everybody()
    const { sessions } = backend()
    const act = (clientId: string) =>
      input.session === 'end' ? sessions.forget(clientId, 'kicked') : sessions.disconnect(clientId, 'kicked')
    return {
      ...(await kick(request, sessions.blocks(state), matches, input.dry_run ? undefined : act)),
      dry_run: input.dry_run,
    }
  })
}

/** In blocks. Who comes back at once stands behind all others again, so the search ends with those who were there. */
async function kick(
  { signal }: Pick<RouteContext, 'signal'>,
  blocks: ReturnType<SessionDirectory['blocks']>,
  matches: Matcher = () => true,
  act: ((clientId: string) => Promise<boolean>) | undefined,
): Promise<{ matched: number; done: number }> {
  const began = Date.now()
  let [matched, done] = [0, 0]
  for await (const block of blocks) {
    const ids: string[] = []
    let older = false
    for (const session of block) {
      if (session.createdAt <= began) older = true
      if (session.connectedAt <= began && matches(session)) ids.push(session.clientId)
    }
    matched += ids.length
    for (let at = 0; act && at < ids.length; at += AT_ONCE) {
      const closed = await Promise.all(ids.slice(at, at + AT_ONCE).map(act))
      done += closed.filter(Boolean).length
    }
    if (!older || signal.aborted) break
  }
  return { matched, done }
}

function everybody(): KernelError {
  return new KernelError('body_invalid', 'without a filter this would disconnect everybody; nothing was done', {
    hint: 'name a filter such as "username" or "like", or say {"all": true}; on the command line --user, --like or --all',
  })
}

function notConnected(clientId: string): KernelError {
  return new KernelError('conflict', `client "${clientId}" is not connected; its session waits for it`, {
    hint: '?session=end, on the command line --end-session, ends the session',
  })
}
