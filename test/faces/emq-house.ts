import { testKernel } from '../../kernel/testing.js'
import mqttAdmin from '../../plugins/mqtt-admin/index.js'
import { type StandIn, type StandInState, session, standIn } from '../plugins/mqtt-admin/stand-in.js'
import { type Answer, type Asked, ask, basic } from './exchange.js'
import type { TestHouse } from './house.js'

export const NODE = 'emq@127.0.0.1'
export const NODES = `/api/v2/nodes/${NODE}`

/** A code other than 0, byte by byte. */
export const code = (number: number, message?: string) => ({
  status: 200,
  type: 'application/json',
  answer: JSON.stringify({ code: number, message }),
})
export const ok = (result: unknown) => ({
  status: 200,
  reason: 'OK',
  type: 'application/json',
  answer: JSON.stringify({ code: 0, result }),
})
export const DONE = ok([])
export const NOT_FOUND = { status: 404, reason: 'Object Not Found', type: 'text/plain', answer: '' }
export const MALFORMED = code(108, 'params type error')

export interface EmqHouse {
  house: TestHouse
  behind: StandIn
}

/** The face in front of a backend that tests can fill and look into. */
export async function openEmq(given: Partial<StandInState> = {}, quirks: 'code' | 'doc' = 'code'): Promise<EmqHouse> {
  const behind = standIn(given)
  const kernel = await testKernel(mqttAdmin, {
    with: [behind.plugin],
    config: { plugins: { 'mqtt-admin': { quirks } } },
  })
  return { house: Object.assign(kernel, { ask: (asked: Asked): Promise<Answer> => ask(kernel.url, asked) }), behind }
}

/** The request with the credentials that this house knows. */
export function asOperator<T extends Asked>(asked: T): T {
  return { ...asked, headers: { Authorization: basic('operator@localhost', 'test'), ...asked.headers } }
}

/** One client online, one away with a persistent session, ids and filters with everything in them. */
export function sessions() {
  const at = new Date(2026, 0, 2, 3, 4, 5).getTime()
  const filters = (entries: [topic: string, qos: number][]) => new Map(entries.map(([topic, qos]) => [topic, { qos }]))
  return [
    session({
      clientId: 'c1',
      username: 'bob',
      port: 1883,
      cleanSession: false,
      keepalive: 77,
      connectedAt: at,
      createdAt: at,
      inflight: 1,
      queued: 2,
      queueDropped: 3,
      awaitingRelease: 4,
      delivered: 5,
      enqueued: 6,
      subscriptions: filters([
        ['a/+', 1],
        ['/World', 0],
        ['q2', 2],
      ]),
    }),
    session({
      clientId: 'dev/2 +é',
      connectedAt: at,
      createdAt: at,
      subscriptions: filters([
        ['a/+', 2],
        ['trail/', 0],
      ]),
    }),
    session({
      clientId: 'away',
      connected: false,
      cleanSession: false,
      createdAt: at,
      subscriptions: filters([['o/#', 1]]),
    }),
  ]
}
