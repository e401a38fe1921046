import { Readable } from 'node:stream'
import type { Client } from 'aedes'
import type { Broker } from '../broker.js'
import { commit } from '../store/journal.js'
import { contents, save, take } from './queue.js'
import type { Entry, SessionRecord } from './record.js'

/** A packet as aedes sends it; `messageExpiry` is copied from packet to packet and never sent: it holds the position. */
export interface Outgoing {
  cmd: 'publish' | 'pubrel'
  brokerId?: string
  brokerCounter?: number
  topic: string
  payload: Buffer
  qos: number
  retain: boolean
  dup: boolean
  messageId?: number | undefined
  messageExpiry?: number | undefined
}

const BLOCK = 32
const SETTLED = Promise.resolve(undefined)

/** What waits for the client, oldest first: what was sent already with its identifier, then all that comes meanwhile. */
export function outgoing(broker: Broker, client: Client): Readable {
  const record = recordOf(broker, client)
  if (!record?.queue) return Readable.from([])
  return Readable.from(waiting(broker, record, client))
}

async function* waiting(broker: Broker, record: SessionRecord, client: Client): AsyncGenerator<Outgoing> {
  let last = 0
  for (;;) {
    const block = entriesBehind(record, last)
    if (block.length === 0) {
      if (record.client === client) record.draining = 'rest'
      return
    }
    last = block.at(-1)!.position
    const messages = await contents(broker, block)
    for (const [index, entry] of block.entries()) {
      const message = messages[index]
      if (!record.queue!.entries.has(entry.position)) continue
      if (entry.released) yield release(entry)
      else if (message) yield packetOf(entry, message.topic, Buffer.from(message.payload, 'base64'))
      else take(broker, record, entry)
    }
  }
}

function entriesBehind({ queue }: SessionRecord, last: number): Entry[] {
  const block: Entry[] = []
  for (const entry of queue!.entries.values()) {
    if (entry.position <= last) continue
    if (block.push(entry) === BLOCK) break
  }
  return block
}

/** The last of the queue is out: from now on messages go to the client as they come. */
export function drained(broker: Broker, client: Client): void {
  const record = recordOf(broker, client)
  if (!record?.draining) return
  record.draining = undefined
  const { held } = record
  record.held = []
  for (const send of held) send()
}

function packetOf(entry: Entry, topic: string, payload: Buffer): Outgoing {
  const { position, qos, retain, id } = entry
  return { cmd: 'publish', topic, payload, qos, retain, dup: id !== undefined, messageId: id, messageExpiry: position }
}

function release({ id, position }: Entry): Outgoing {
  return {
    cmd: 'pubrel',
    topic: '',
    payload: Buffer.alloc(0),
    qos: 1,
    retain: false,
    dup: false,
    messageId: id,
    messageExpiry: position,
  }
}

/**
 * A message gets its packet identifier, or its PUBREL goes out. Of QoS 2 it must be stored before it is sent, as a
 * repetition under another identifier would be a second message (MQTT 3.1.1 §4.3.3).
 */
export function sending(broker: Broker, client: Client, packet: Outgoing): Promise<unknown> {
  const record = recordOf(broker, client)
  const queue = record?.queue
  if (!record || !queue) return SETTLED
  if (packet.cmd === 'pubrel') {
    const entry = queue.sent.get(packet.messageId!)
    if (!entry || entry.released) return SETTLED
    entry.released = true
    save(broker, record, entry)
    return commit(broker.journal)
  }
  const entry = queue.entries.get(packet.messageExpiry ?? 0)
  record.delivered++
  if (!entry) return SETTLED
  if (packet.qos === 0) {
    take(broker, record, entry)
    broker.counters['queue.out']++
    return SETTLED
  }
  if (entry.id === packet.messageId && queue.sent.get(entry.id!) === entry) return SETTLED
  packet.messageId = freeIdentifier(queue.sent, packet.messageId!)
  entry.id = packet.messageId
  queue.sent.set(entry.id, entry)
  save(broker, record, entry)
  return packet.qos === 2 ? commit(broker.journal) : SETTLED
}

/** An identifier that is on its way already would be acknowledged for another message. */
function freeIdentifier(sent: ReadonlyMap<number, Entry>, wanted: number): number {
  let id = wanted
  while (sent.has(id)) {
    id = id >= 65_535 ? 1 : id + 1
    if (id === wanted) break
  }
  return id
}

/** Acknowledged, or not forwarded after all. */
export function sent(broker: Broker, client: Client, packet: Outgoing): Promise<unknown> {
  const record = recordOf(broker, client)
  const queue = record?.queue
  if (!record || !queue) return SETTLED
  const entry =
    packet.messageId === undefined ? queue.entries.get(packet.messageExpiry ?? 0) : queue.sent.get(packet.messageId)
  if (entry) {
    take(broker, record, entry)
    broker.counters['queue.out']++
  }
  return SETTLED
}

function recordOf({ sessions }: Broker, client: Client): SessionRecord | undefined {
  const record = sessions.get(client.id)
  return record?.client === client ? record : undefined
}
