import type { Client, Subscription } from 'aedes'
import type { Broker } from '../broker.js'
import type { Guard, Who } from '../guard.js'
import { commit } from '../store/journal.js'
import { tell } from './events.js'
import { parseFilter } from './filter.js'
import type { SessionRecord } from './record.js'
import { subscribe, unsubscribe } from './registry.js'

type Done = (error: Error | null, subscription?: Subscription | null) => void

/**
 * aedes takes a session to be there when it has subscriptions. This one, which is never granted, says that a session
 * without any is there too. No client can name it: an empty filter is refused earlier.
 */
export const PRESENT: Readonly<Subscription> = { topic: '$present', qos: 0 }

/** Null refuses with SUBACK 128. Only what is granted here comes to be stored: aedes would store the refused ones too. */
export function authorizeSubscribe(
  broker: Broker,
  guard: Guard,
  client: Client,
  asked: Subscription,
  done: Done,
): void {
  const record = broker.sessions.get(client.id)
  const restored = client.connecting && record?.client !== client
  const granted =
    record && (restored ? mayKeep(broker, guard, record, client, asked) : mayHave(broker, guard, client, asked))
  done(null, granted ? asked : null)
}

/** Of the session before: what is no longer allowed to who comes back is gone. */
function mayKeep(
  broker: Broker,
  guard: Guard,
  record: SessionRecord,
  client: Client,
  { topic }: Subscription,
): boolean {
  if (topic === PRESENT.topic) return false
  const still = allowed(guard, broker.greetings.get(client) ?? record, topic)
  if (!still) unsubscribe(broker, record, topic)
  return still
}

function mayHave(broker: Broker, guard: Guard, client: Client, { topic, qos }: Subscription): boolean {
  const record = broker.sessions.get(client.id)
  if (record?.client !== client || !acceptable(broker, record, topic)) return false
  if (!allowed(guard, record, topic)) {
    broker.counters['subscribe.refused_by_acl']++
    tell(broker, 'subscribe refused', record, { topic, qos, reason: 'not authorized' })
    return false
  }
  if (record.cleanSession) subscribe(broker, record, topic, qos)
  else {
    record.allowed ??= new Map()
    record.allowed.set(topic, qos)
  }
  return true
}

/** aedes asks this once for each filter, each time with all of them. */
export function storeAllowed(broker: Broker, client: Client): Promise<void> {
  const record = broker.sessions.get(client.id)
  if (record?.client === client && record.allowed) {
    const { allowed } = record
    record.allowed = undefined
    for (const [filter, qos] of allowed) subscribe(broker, record, filter, qos)
  }
  return commit(broker.journal)
}

/** UNSUBSCRIBE of a client. */
export function removeAsked(broker: Broker, client: Client, filters: readonly string[]): Promise<void> {
  const record = broker.sessions.get(client.id)
  if (record?.client === client) for (const filter of filters) unsubscribe(broker, record, filter)
  return record?.cleanSession === false ? commit(broker.journal) : Promise.resolve()
}

/** Whether it is a filter, and not one too many. */
export function acceptable(broker: Broker, record: SessionRecord, filter: string): boolean {
  const { max_subscriptions } = broker.options
  if (!parseFilter(filter, broker.options)) return false
  if (max_subscriptions === 0 || record.subscriptions.has(filter)) return true
  return record.subscriptions.size + (record.allowed?.size ?? 0) < max_subscriptions
}

/** The ACL speaks of what is matched, also in a group. */
export function allowed(guard: Guard, caller: Named, filter: string): boolean {
  const { matched = filter } = parseFilter(filter) ?? {}
  return guard.maySubscribe(whoIs(caller), matched)
}

type Named = Pick<SessionRecord, 'clientId' | 'username' | 'address' | 'authenticated'>

/** Without a copy, as it is asked for each message. */
export function whoIs(caller: Named): Who {
  return caller.address === undefined ? { ...caller, address: '' } : (caller as Who)
}
