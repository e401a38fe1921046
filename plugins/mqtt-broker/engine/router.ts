import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Broker } from '../broker.js'
import { commit, record as note } from '../store/journal.js'
import { sessionKey } from '../store/stores.js'
import { enqueue, type Message, type Recipient } from './queue.js'
import type { SessionRecord } from './record.js'
import { type Route, routesOf } from './routes.js'

/** A message as aedes hands it from store to store to delivery: the same object all the way. */
export interface Routed extends Message {
  brokerCounter: number
  /** Its position in the queues. */
  messageExpiry?: number
  [RECIPIENTS]?: Recipient[]
}

const RECIPIENTS: unique symbol = Symbol.for('patchbay mqtt recipients') as never

/** What aedes calls to send; neither function is in its types. */
interface Sending {
  deliver0(packet: object, done: () => void): void
  deliverQoS(packet: object, done: () => void): void
}

/**
 * Puts a QoS 1 or 2 message into the queues of persistent sessions, connected or not, and lets the publisher be
 * acknowledged once that is stored. It is delivered after, and so is what comes meanwhile: messages to a topic keep
 * their order (MQTT 3.1.1 §4.6). Also when the store fails, as a repetition of QoS 2 would be taken for a duplicate.
 */
export function store(broker: Broker, packet: Routed): Promise<void> {
  const recipients = recipientsOf(broker, packet)
  packet[RECIPIENTS] = recipients
  const mark = broker.received.get(packet.brokerCounter)
  if (mark) {
    broker.received.delete(packet.brokerCounter)
    note(broker.journal, 'inbound', sessionKey(mark.serial, String(mark.id)), 1)
  }
  const queued = putIntoQueues(broker, packet, recipients)
  const acknowledge = broker.acknowledging.get(packet.brokerCounter)
  broker.acknowledging.delete(packet.brokerCounter)
  if (mark || queued || packet.retain) {
    const stored = commit(broker.journal)
    if (acknowledge) stored.then(() => acknowledge(null), acknowledge)
    waitFor(broker, stored)
  } else {
    acknowledge?.(null)
    // Whoever is sent its own message before its acknowledgement delays the next one (Nagle's algorithm).
    if (!broker.storing) waitFor(broker, nextTurn())
  }
  return broker.storing!
}

function waitFor(broker: Broker, stored: Promise<void>): void {
  const storing = stored
    .catch(() => undefined)
    .then(() => {
      if (broker.storing === storing) broker.storing = undefined
    })
  broker.storing = storing
}

function putIntoQueues(broker: Broker, packet: Routed, recipients: readonly Recipient[]): boolean {
  const { queue_qos0 } = broker.options
  const kept = recipients.filter(({ record, qos }) => record.queue && (qos > 0 || (queue_qos0 && !record.client)))
  if (kept.length > 0) packet.messageExpiry = enqueue(broker, packet, kept)
  return kept.length > 0
}

/** The emitter of aedes: hands the message to everybody who is connected; `done` once all have been written to. */
export function route(broker: Broker, packet: Routed, done: () => void): void {
  let recipients = packet[RECIPIENTS]
  if (!recipients) {
    recipients = recipientsOf(broker, packet)
    const { queue_qos0, upgrade_qos } = broker.options
    if (queue_qos0 || upgrade_qos) putIntoQueues(broker, packet, recipients)
  }
  const { counters } = broker
  counters['router.matches'] += recipients.length
  // What the broker says of itself is no message of anybody.
  if (recipients.length === 0 && !packet.topic.startsWith('$SYS/')) counters['publish.unrouted']++
  let left = recipients.length + 1
  const one = () => {
    if (--left === 0) done()
  }
  const copies: (object | undefined)[] = []
  for (const recipient of recipients) if (!deliver(recipient, packet, copies, one)) one()
  one()
}

/** Whether it was given to the connection; then `done` is called once it is written. */
function deliver(
  { record, qos }: Recipient,
  packet: Routed,
  copies: (object | undefined)[],
  done: () => void,
): boolean {
  const client = record.client as unknown as Sending | undefined
  if (!client) return false
  copies[qos] ??= copyOf(packet, qos)
  const copy = copies[qos]
  const { queue } = record
  if (qos === 0 || !queue) {
    record.delivered++
    if (qos === 0) client.deliver0(copy, done)
    else client.deliverQoS(copy, done)
    return true
  }
  const position = packet.messageExpiry ?? 0
  // The queue may have been sent since the message was put into it.
  const waits = () => {
    const entry = queue.entries.get(position)
    return entry !== undefined && entry.id === undefined && record.client === (client as unknown)
  }
  // Its own, as it keeps its identifier until it is stored.
  const own = { ...copy }
  if (record.draining === 'rest') {
    record.held.push(() => {
      if (waits()) client.deliverQoS(own, () => undefined)
    })
  }
  if (record.draining || !waits()) return false
  client.deliverQoS(own, done)
  return true
}

/** One for all who get the message with the same QoS. Without an id, aedes does not look for duplicates: there are none. */
function copyOf({ topic, payload, messageExpiry }: Routed, qos: number): object {
  const copy = { cmd: 'publish', topic, payload, qos, retain: false, dup: false }
  return messageExpiry ? { ...copy, messageExpiry } : copy
}

/** So few recipients are looked through faster than they are put into a map. */
const FEW = 16

/** Whoever subscribes to several of the routes gets one message, with the highest QoS (MQTT 3.1.1 §3.3.5). */
function recipientsOf(broker: Broker, packet: Routed): Recipient[] {
  const routes = routesOf(broker, packet.topic)
  const { ignore_loop_deliver, upgrade_qos } = broker.options
  const spared = ignore_loop_deliver ? packet.clientId : undefined
  const outgoing = (granted: number) => (upgrade_qos ? granted : Math.min(granted, packet.qos))
  const found: Recipient[] = []
  const known = routes.length > 1 ? knownAmong(found, routes) : undefined
  for (const route of routes) {
    if (route.group) {
      const member = nextMember(route)
      if (member) found.push({ record: member, qos: outgoing(route.members.get(member)!) })
      continue
    }
    for (const [record, granted] of route.members) {
      if (spared !== undefined && record.clientId === spared) continue
      const qos = outgoing(granted)
      const before = known?.find(record)
      if (before) before.qos = Math.max(before.qos, qos)
      else {
        const recipient = { record, qos }
        found.push(recipient)
        known?.add(recipient)
      }
    }
  }
  return found
}

/** Those who get it for their own subscription: what a group gives comes on top. */
function knownAmong(found: readonly Recipient[], routes: readonly Route[]) {
  const most = routes.reduce((sum, { members }) => sum + members.size, 0)
  if (most <= FEW && routes.every(({ group }) => !group)) {
    return { find: (record: SessionRecord) => found.find(each => each.record === record), add: () => undefined }
  }
  const byRecord = new Map<SessionRecord, Recipient>()
  return {
    find: (record: SessionRecord) => byRecord.get(record),
    add: (recipient: Recipient) => void byRecord.set(recipient.record, recipient),
  }
}

/** Of a group: whoever is connected and had its turn longest ago; without one, whose session waits. */
function nextMember({ members }: Route): SessionRecord | undefined {
  let chosen: SessionRecord | undefined
  for (const record of members.keys()) {
    chosen ??= record
    if (record.client) {
      chosen = record
      break
    }
  }
  if (chosen) {
    const qos = members.get(chosen)!
    members.delete(chosen)
    members.set(chosen, qos)
  }
  return chosen
}
