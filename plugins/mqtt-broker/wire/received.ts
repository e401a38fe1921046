import type { Counter } from '../../mqtt-admin/backend.js'
import {
  CONNECT,
  DISCONNECT,
  type Packets,
  PINGREQ,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  type Scan,
  SUBSCRIBE,
  UNSUBSCRIBE,
} from './scan.js'
import type { Tap } from './tap.js'

const UNACCEPTABLE_PROTOCOL = Buffer.from([0x20, 2, 0, 1])

/** Bytes: five fields of 64 KB, and what stands before them. */
export const LONGEST_CONNECT = 330_000
/** Bytes of a CONNECT that anybody may take his time with; of longer ones only so many are awaited at once. */
export const SMALL_CONNECT = 4096
export const MOST_PROMISED = 33_554_432

/** Whoever is not let in yet must not fill the memory. False when too much is awaited already. */
function promise(tap: Tap, size: number): boolean {
  if (tap.wire.promised + size > MOST_PROMISED) return false
  tap.promised = size
  tap.wire.promised += size
  return true
}

/** Its CONNECT is there, or will not come any more. */
export function release(tap: Tap): void {
  tap.wire.promised -= tap.promised
  tap.promised = 0
}

/** Counts what a client sends, and ends the connection at the first packet that breaks a limit. */
export function receivedPackets(counters: Record<Counter, number>, maxPacketSize: number): Packets<Tap> {
  function malformed(tap: Tap): void {
    counters['packets.malformed']++
    refuse(tap, 'malformed packet')
  }
  return {
    begun(tap, { first, length }) {
      const size = length + 1 + (length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4)
      const isFirst = tap.packets === 0
      if (size > (isFirst ? Math.min(maxPacketSize, LONGEST_CONNECT) : maxPacketSize)) {
        counters['packets.too_large']++
        refuse(tap, 'packet too large')
        return false
      }
      if (isFirst && first >> 4 !== CONNECT) {
        malformed(tap)
        return false
      }
      if (isFirst && size > SMALL_CONNECT && !promise(tap, size)) {
        counters['sockets.refused']++
        refuse(tap, 'too many long CONNECTs at once')
        return false
      }
      return true
    },
    complete(tap, scan) {
      tap.packets++
      if (tap.promised > 0) release(tap)
      return count(tap, scan, counters)
    },
    malformed,
  }
}

function count(tap: Tap, { first, value }: Scan, counters: Record<Counter, number>): boolean {
  switch (first >> 4) {
    case PUBLISH:
      publish(tap, (first >> 1) & 3, value, counters)
      break
    case PUBACK:
      counters['packets.puback.received']++
      if (!acknowledged(tap, value)) counters['packets.puback.missed']++
      break
    case PUBREC:
      counters['packets.pubrec.received']++
      if (!tap.unacknowledged?.has(value)) counters['packets.pubrec.missed']++
      break
    case PUBREL:
      counters['packets.pubrel.received']++
      if (!tap.unreleased?.delete(value)) counters['packets.pubrel.missed']++
      tap.connection.awaitingRelease = tap.unreleased?.size ?? 0
      break
    case PUBCOMP:
      counters['packets.pubcomp.received']++
      if (!acknowledged(tap, value)) counters['packets.pubcomp.missed']++
      break
    case SUBSCRIBE:
      counters['packets.subscribe.received']++
      break
    case UNSUBSCRIBE:
      counters['packets.unsubscribe.received']++
      break
    case PINGREQ:
      counters['packets.pingreq.received']++
      break
    case DISCONNECT:
      counters['packets.disconnect.received']++
      tap.disconnected = true
      break
    case CONNECT:
      counters['packets.connect.received']++
      return connect(tap, value >> 8, counters)
  }
  return true
}

function publish(tap: Tap, qos: number, identifier: number, counters: Record<Counter, number>): void {
  counters['packets.publish.received']++
  tap.connection.messagesReceived++
  if (qos === 0) counters['messages.qos0.received']++
  else if (qos === 1) counters['messages.qos1.received']++
  else if (qos === 2) {
    counters['messages.qos2.received']++
    tap.unreleased ??= new Set()
    tap.unreleased.add(identifier)
    tap.connection.awaitingRelease = tap.unreleased.size
  }
}

function acknowledged(tap: Tap, identifier: number): boolean {
  const known = tap.unacknowledged?.delete(identifier) ?? false
  tap.connection.inflight = tap.unacknowledged?.size ?? 0
  return known
}

/** The top bit of the level is set by bridges. */
function connect(tap: Tap, level: number, counters: Record<Counter, number>): boolean {
  tap.wire.connecting.delete(tap.arrival)
  if (tap.connection.protocolVersions.includes(level & 0x7f)) return true
  counters['packets.connack.sent']++
  counters['connack.unacceptable_protocol']++
  counters['bytes.sent'] += UNACCEPTABLE_PROTOCOL.length
  tap.connection.bytesSent += UNACCEPTABLE_PROTOCOL.length
  tap.write.call(tap.arrival.stream!, UNACCEPTABLE_PROTOCOL)
  refuse(tap, 'unacceptable protocol version')
  return false
}

/** Not in this turn: aedes is in the middle of reading, and an answer is to leave first. */
function refuse(tap: Tap, because: string): void {
  tap.refused = true
  tap.connection.closedBecause ??= because
  setImmediate(() => tap.arrival.stream!.destroy())
}
