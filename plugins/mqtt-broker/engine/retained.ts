import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RetainedMessage, RetainedMessages } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'
import { record as note, read } from '../store/journal.js'
import { gather, type Teller } from './events.js'
import { literalPrefix, matches } from './filter.js'
import { recount } from './gauges.js'
import { publish } from './publish.js'
import { asBuffer, type Message } from './queue.js'
import { following, insert, newSequence, remove, type Sequence } from './sequence.js'

/** What is known of each retained message; payloads that are not small are in the store only. */
export interface Retained {
  byTopic: Map<string, Kept>
  sorted: Sequence<Kept>
}

export interface Kept {
  topic: string
  qos: number
  retainedAt: number
  payload: Buffer | undefined
}

/** Payloads of up to so many bytes stay in memory. */
const SMALL = 512
/** Topics that are looked at in one turn. */
const TURN = 1000
/** Filters of one SUBSCRIBE whose messages are looked for in one turn. */
const FILTERS = 100

export const newRetained = (): Retained => ({ byTopic: new Map(), sorted: newSequence() })
export const topicOf = ({ topic }: Kept): string => topic

/** Puts a message into the index. */
export function index({ retained }: Pick<Broker, 'retained'>, topic: string, qos: number, at: number, payload: Buffer) {
  const small = payload.length <= SMALL ? payload : undefined
  const known = retained.byTopic.get(topic)
  if (known) Object.assign(known, { qos, retainedAt: at, payload: small })
  else {
    const kept: Kept = { topic, qos, retainedAt: at, payload: small }
    retained.byTopic.set(topic, kept)
    insert(retained.sorted, topicOf, kept)
  }
}

/** Noted, not stored yet: who must wait for that waits in `router.store`, and messages to a topic keep their order. */
export function retain(broker: Broker, message: Message & { clientId?: string }): void {
  const { retained, journal, options } = broker
  const { topic, qos } = message
  const payload = asBuffer(message.payload)
  if (topic.startsWith('$SYS/')) return
  if (payload.length === 0) {
    const kept = retained.byTopic.get(topic)
    if (!kept) return
    retained.byTopic.delete(topic)
    remove(retained.sorted, topicOf, kept)
    note(journal, 'retained', topic, undefined)
  } else {
    const { max_retained_messages, max_retained_size } = options
    const full = max_retained_messages > 0 && retained.byTopic.size >= max_retained_messages
    const large = max_retained_size > 0 && payload.length > max_retained_size
    if (large || (full && !retained.byTopic.has(topic))) {
      refuse(broker, message, large ? 'too large to retain' : 'too many retained messages')
      return
    }
    const at = Date.now()
    index(broker, topic, qos, at, Buffer.from(payload))
    note(journal, 'retained', topic, { payload: payload.toString('base64'), qos, at })
  }
  recount(broker, 'retained', retained.byTopic.size)
}

/** It is delivered, and the one retained before stays. */
function refuse(broker: Broker, { topic, clientId = '' }: Message, reason: string): void {
  const about: Teller = broker.sessions.get(clientId) ?? { clientId, username: undefined, address: undefined }
  gather(broker, 'dropped', about, topic, reason)
}

export function retainedMessages(broker: Broker): RetainedMessages {
  const { retained } = broker
  return {
    count: () => retained.byTopic.size,
    async get(topic) {
      const kept = retained.byTopic.get(topic)
      return kept && (await withPayloads(broker, [kept]))[0]
    },
    async page(filter, after, limit) {
      const found: Kept[] = []
      for await (const kept of matching(broker, filter, after)) {
        if (found.push(kept) > limit) break
      }
      const more = found.length > limit
      const messages = await withPayloads(broker, more ? found.slice(0, limit) : found)
      return more ? { messages, next: found[limit - 1]!.topic } : { messages }
    },
    async delete(topic) {
      if (!retained.byTopic.has(topic)) return false
      await publish(broker, { topic, payload: Buffer.alloc(0), qos: 0, retain: true })
      return true
    },
  }
}

/** In the order of topics, with a turn of the event loop after many that do not match. */
export async function* matching({ retained }: Broker, filter: string, after?: string): AsyncGenerator<Kept> {
  if (filter === literalPrefix(filter)) {
    const only = retained.byTopic.get(filter)
    if (only && (after === undefined || filter > after)) yield only
    return
  }
  const prefix = literalPrefix(filter)
  let behind = after !== undefined && after >= prefix ? after : undefined
  let block = following(retained.sorted, topicOf, behind ?? prefix, TURN, behind === undefined)
  while (block.length > 0) {
    for (const kept of block) {
      if (!kept.topic.startsWith(prefix)) return
      // It may have been removed while others were looked at.
      if (matches(filter, kept.topic) && retained.byTopic.get(kept.topic) === kept) yield kept
    }
    behind = block.at(-1)!.topic
    await nextTurn()
    block = following(retained.sorted, topicOf, behind, TURN)
  }
}

export async function withPayloads(broker: Broker, found: readonly Kept[]): Promise<RetainedMessage[]> {
  const large = found.filter(({ payload }) => payload === undefined)
  const stored = await read(
    broker.journal,
    'retained',
    large.map(({ topic }) => topic),
  )
  const payloads = new Map(large.map((kept, at) => [kept, Buffer.from(stored[at]?.payload ?? '', 'base64')]))
  return found.map(kept => {
    const { topic, qos, retainedAt } = kept
    return { topic, qos, retainedAt, payload: kept.payload ?? payloads.get(kept) ?? Buffer.alloc(0) }
  })
}

/** What a new subscription to these filters gets; `$SYS/broker` has values of its own. */
export function retainedStream(broker: Broker, filters: readonly string[]): Readable {
  if (broker.retained.byTopic.size === 0 && !filters.some(isSystem)) return Readable.from([])
  // aedes pipes it without listening; a store that cannot be read must not end the process.
  return Readable.from(packets(broker, filters)).on('error', () => undefined)
}

const isSystem = (filter: string) => filter.startsWith('$SYS/')

export async function* packets(broker: Broker, filters: readonly string[]) {
  for (const [at, filter] of filters.entries()) {
    if (at % FILTERS === FILTERS - 1) await nextTurn()
    if (isSystem(filter)) {
      for (const [topic, value] of broker.system) {
        if (matches(filter, topic)) yield packetOf({ topic, qos: 0, payload: Buffer.from(value) })
      }
      continue
    }
    for await (const kept of matching(broker, filter)) {
      const [message] = kept.payload ? [kept as RetainedMessage] : await withPayloads(broker, [kept])
      if (message!.payload.length > 0) yield packetOf(message!)
    }
  }
}

function packetOf({ topic, qos, payload }: Pick<RetainedMessage, 'topic' | 'qos' | 'payload'>) {
  return { cmd: 'publish' as const, topic, qos: qos as 0 | 1 | 2, payload, retain: true, dup: false }
}
