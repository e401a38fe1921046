import { AddressSet } from 'patchbay'
import { z } from 'zod'
import type { MqttSession, Which } from '../backend.js'

const time = z
  .string()
  .refine(text => !Number.isNaN(Date.parse(text)), 'expected a time such as 2026-11-22T09:00:00Z')
  .meta({ format: 'date-time' })

export const STATES = ['connected', 'away', 'all'] as const satisfies readonly Which[]

/** What a session can be asked for; of several all must hold. */
export const SESSION_FILTER = {
  client_id: z.array(z.string()).max(1000).optional().describe('exactly one of these client ids'),
  username: z.string().optional().describe('exactly this user name'),
  address: z
    .string()
    .refine(isNetwork, 'expected an address or a network, such as 10.0.0.7 or 10.0.0.0/8')
    .optional()
    .describe('an address, or a network in CIDR notation'),
  like: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe('a part of the client id; with * for any text, all of it; upper and lower case are alike'),
  transport: z.enum(['tcp', 'tls', 'ws', 'wss']).optional(),
  listener: z
    .string()
    .regex(/:\d+$/, 'expected an address and a port, such as 127.0.0.1:1883')
    .optional()
    .describe('the listener it came in on: 127.0.0.1:1883'),
  clean: z.boolean().optional().describe('whether its session ends with the connection'),
  connected_before: time.optional().describe('when the last connection was opened'),
  connected_after: time.optional(),
  subscribed: z.string().optional().describe('has a subscription to exactly this filter'),
}

const shape = z.object(SESSION_FILTER)
export type SessionFilter = z.infer<typeof shape>

/** Decides about one session: looks at it, keeps nothing of it. */
export type Matcher = (session: MqttSession) => boolean

/** Undefined when nothing is asked for. */
export function matcherOf(filter: SessionFilter): Matcher | undefined {
  const { client_id, username, address, like, transport, listener, clean, subscribed } = filter
  const conditions: Matcher[] = []
  const equal = <K extends keyof MqttSession>(key: K, value: MqttSession[K] | undefined) => {
    if (value !== undefined) conditions.push(session => session[key] === value)
  }
  equal('username', username)
  equal('transport', transport)
  equal('listener', listener)
  equal('cleanSession', clean)
  if (client_id) {
    const ids = new Set(client_id)
    conditions.push(session => ids.has(session.clientId))
  }
  if (address !== undefined) conditions.push(addressMatcher(address))
  if (like !== undefined) conditions.push(likeMatcher(like))
  if (subscribed !== undefined) conditions.push(session => session.subscriptions.has(subscribed))
  const before = milliseconds(filter.connected_before)
  const after = milliseconds(filter.connected_after)
  if (before !== undefined) conditions.push(({ connectedAt }) => connectedAt > 0 && connectedAt < before)
  if (after !== undefined) conditions.push(session => session.connectedAt > after)
  const [only] = conditions
  if (conditions.length < 2) return only
  return session => conditions.every(holds => holds(session))
}

export function addressMatcher(network: string): (of: { readonly address: string | undefined }) => boolean {
  // An IPv6 address has several spellings.
  if (!/[/:]/.test(network)) return ({ address }) => address === network
  const set = new AddressSet([network])
  return ({ address }) => address !== undefined && set.has(address)
}

/** Without a pattern machine: the cost is linear in the text, whatever was asked. */
function likeMatcher(like: string): Matcher {
  const wanted = like.toLowerCase()
  if (!wanted.includes('*')) return ({ clientId }) => clientId.toLowerCase().includes(wanted)
  const [head = '', ...between] = wanted.split('*')
  const tail = between.pop()!
  return ({ clientId }) => {
    const id = clientId.toLowerCase()
    if (!id.startsWith(head) || !id.endsWith(tail) || id.length < head.length + tail.length) return false
    let at = head.length
    for (const part of between) {
      const found = id.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return at <= id.length - tail.length
  }
}

export function isNetwork(text: string): boolean {
  if (text === 'all') return false
  try {
    return !new AddressSet([text]).empty
  } catch {
    return false
  }
}

function milliseconds(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text)
}
