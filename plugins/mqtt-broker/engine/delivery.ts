import { Readable } from 'node:stream'
import type { Client } from 'aedes'
import type { Broker } from '../broker.js'
import { commit } from '../store/journal.js'
import { freeIdentifier, IDENTIFIERS } from '../wire/identifiers.js'
import { hasRoom, roomToWrite } from '../wire/room.js'
import { tapOf } from '../wire/tap.js'
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

/** Packet identifiers that a queue which is being sent leaves to other messages. */
const SPARED = 1000

/**
 * A message gets its packet identifier, or its PUBREL goes out. Of a queue that is being sent each message waits until
 * the client has read, and acknowledged, enough of those before.
 */
export function sending(broker: Broker, client: Client, packet: Outgoing): Promise<unknown> {
  const record = recordOf(broker, client)
  if (!record?.queue) return SETTLED
  if (record.draining && packet.cmd === 'publish' && !hasTurn(broker, record, packet)) {
    return turn(broker, record, client, packet).then(() => prepare(broker, client, packet))
  }
  return prepare(broker, client, packet)
}

function hasTurn({ options }: Broker, { queue, client }: SessionRecord, { messageExpiry }: Outgoing): boolean {
  const tap = tapOf(client!.conn)
  if (tap && !hasRoom(tap, options.slow_client_bytes)) return false
  const known = queue!.entries.get(messageExpiry ?? 0)?.id !== undefined
  return known || queue!.sent.size < IDENTIFIERS - SPARED
}

async function turn(broker: Broker, record: SessionRecord, client: Client, packet: Outgoing): Promise<void> {
  const tap = tapOf(client.conn)
  while (record.client === client && !hasTurn(broker, record, packet)) {
    if (tap && !hasRoom(tap, broker.options.slow_client_bytes)) {
      await roomToWrite(tap, broker.options.slow_client_bytes)
    } else {
      await new Promise<void>(resolve => {
        record.taken = resolve
      })
    }
  }
}

/**
 * Of QoS 2 it must be stored before it is sent, as a repetition under another identifier would be a second message
 * (MQTT 3.1.1 §4.3.3).
 */
function prepare(broker: Broker, client: Client, packet: Outgoing): Promise<unknown> {
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
  packet.messageId = freeIdentifier(tapOf(client.conn), queue.sent, packet.messageId!) ?? packet.messageId!
  entry.id = packet.messageId
  queue.sent.set(entry.id, entry)
  save(broker, record, entry)
  return packet.qos === 2 ? commit(broker.journal) : SETTLED
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
