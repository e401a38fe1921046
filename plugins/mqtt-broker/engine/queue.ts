import type { Broker } from '../broker.js'
import { record as note, read } from '../store/journal.js'
import { numberKey, type StoredEntry, type StoredMessage, sessionKey } from '../store/stores.js'
import { IDENTIFIERS } from '../wire/identifiers.js'
import { gather } from './events.js'
import type { Entry, Queue, SessionRecord } from './record.js'

/** A message on its way into queues. */
export interface Message {
  topic: string
  payload: Buffer
  qos: number
  retain?: boolean
  clientId?: string
}

/** Who gets it, and with which QoS. */
export interface Recipient {
  record: SessionRecord
  qos: number
}

/** Part of `max_queue_length` at which a queue is told as nearly full. */
const HIGH = 0.8

/** Puts the message into each queue, content once; the position, or 0 when nobody's session keeps it. */
export function enqueue(broker: Broker, message: Message, recipients: readonly Recipient[], retain = false): number {
  if (recipients.length === 0) return 0
  const { journal, references, counters } = broker
  const position = ++broker.position
  const bytes = message.topic.length + message.payload.length
  const at = Date.now()
  let kept = 0
  for (const { record, qos } of recipients) {
    const queue = record.queue!
    if (!makeRoom(broker, record, queue, bytes, message.topic)) continue
    const entry: Entry = { position, qos, bytes, at, id: undefined, released: false, retain }
    queue.entries.set(position, entry)
    queue.bytes += bytes
    record.enqueued++
    counters['queue.in']++
    save(broker, record, entry)
    watch(broker, record)
    kept++
  }
  if (kept === 0) return 0
  references.set(position, kept)
  note(journal, 'messages', numberKey(position), storedMessage(message))
  return position
}

/** Removes what is too much, the oldest first. False when the message does not fit even into an empty queue. */
function makeRoom(broker: Broker, record: SessionRecord, queue: Queue, bytes: number, topic: string): boolean {
  const { max_queue_length, max_queue_bytes } = broker.options
  const mostAway = max_queue_length || Number.POSITIVE_INFINITY
  // A client that is connected empties its queue; once all of it is sent, each message has an identifier.
  const mostPresent = record.draining === 'queue' ? Math.max(mostAway, IDENTIFIERS) : IDENTIFIERS
  const most = record.client ? mostPresent : mostAway
  const mostBytes = max_queue_bytes || Number.POSITIVE_INFINITY
  if (bytes > mostBytes) {
    drop(broker, record, topic)
    return false
  }
  for (const entry of queue.entries.values()) {
    if (queue.entries.size < most && queue.bytes + bytes <= mostBytes) break
    take(broker, record, entry)
    drop(broker, record, topic)
  }
  return true
}

function drop(broker: Broker, record: SessionRecord, topic: string): void {
  record.queueDropped++
  broker.counters['queue.dropped']++
  broker.counters['messages.dropped']++
  gather(broker, 'dropped', record, topic, 'queue full')
}

/** Removes a message from the queue, and its content when nobody else waits for it. */
export function take(broker: Broker, record: SessionRecord, entry: Entry): void {
  const { journal, references } = broker
  const queue = record.queue!
  if (!queue.entries.delete(entry.position)) return
  if (entry.id !== undefined && queue.sent.get(entry.id) === entry) queue.sent.delete(entry.id)
  record.taken?.()
  queue.bytes -= entry.bytes
  note(journal, 'queues', sessionKey(record.serial, numberKey(entry.position)), undefined)
  const others = (references.get(entry.position) ?? 1) - 1
  if (others > 0) references.set(entry.position, others)
  else {
    references.delete(entry.position)
    note(journal, 'messages', numberKey(entry.position), undefined)
  }
  watch(broker, record)
}

export function takeAll(broker: Broker, record: SessionRecord): void {
  if (record.queue) for (const entry of [...record.queue.entries.values()]) take(broker, record, entry)
}

/** Notes what is known of the message's delivery. */
export function save({ journal }: Broker, record: SessionRecord, entry: Entry): void {
  const { qos, bytes, at, id, released, retain } = entry
  const value: StoredEntry = { qos, bytes, at }
  if (id !== undefined) value.id = id
  if (released) value.released = true
  if (retain) value.retain = true
  note(journal, 'queues', sessionKey(record.serial, numberKey(entry.position)), value)
}

export function storedMessage({ topic, payload, qos, retain, clientId }: Message): StoredMessage {
  const message: StoredMessage = { topic, payload: asBuffer(payload).toString('base64'), qos }
  if (retain) message.retain = true
  if (clientId !== undefined) message.clientId = clientId
  return message
}

export async function contents(broker: Broker, entries: readonly Entry[]): Promise<(StoredMessage | undefined)[]> {
  return read(
    broker.journal,
    'messages',
    entries.map(({ position }) => numberKey(position)),
  )
}

export function asBuffer(payload: Buffer | string): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload
}

function watch({ registry, options }: Broker, record: SessionRecord): void {
  const { max_queue_length } = options
  const high = max_queue_length > 0 && record.queue!.entries.size >= max_queue_length * HIGH
  if (high) {
    if (!registry.full.has(record)) registry.full.set(record, Date.now())
  } else if (registry.full.size > 0) registry.full.delete(record)
}
