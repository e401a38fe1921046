import type { Counter } from '../../mqtt-admin/backend.js'
import {
  CONNACK,
  type Packets,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  type Scan,
  SUBACK,
  UNSUBACK,
} from './scan.js'
import type { Tap } from './tap.js'

const CONNACKS: readonly Counter[] = [
  'connack.accepted',
  'connack.unacceptable_protocol',
  'connack.identifier_rejected',
  'connack.server_unavailable',
  'connack.bad_credentials',
  'connack.not_authorized',
]

/** Counts what is sent to a client. */
export function sentPackets(counters: Record<Counter, number>): Packets<Tap> {
  return {
    begun: () => true,
    complete(tap, scan) {
      count(tap, scan, counters)
      return true
    },
    malformed() {},
  }
}

function count(tap: Tap, { first, value }: Scan, counters: Record<Counter, number>): void {
  switch (first >> 4) {
    case PUBLISH:
      publish(tap, (first >> 1) & 3, value, counters)
      break
    case PUBACK:
      counters['packets.puback.sent']++
      break
    case PUBREC:
      counters['packets.pubrec.sent']++
      break
    case PUBREL:
      counters['packets.pubrel.sent']++
      awaitAcknowledgement(tap, value)
      break
    case PUBCOMP:
      counters['packets.pubcomp.sent']++
      break
    case SUBACK:
      counters['packets.suback.sent']++
      break
    case UNSUBACK:
      counters['packets.unsuback.sent']++
      break
    case PINGRESP:
      counters['packets.pingresp.sent']++
      break
    case CONNACK: {
      counters['packets.connack.sent']++
      tap.greeted = true
      const answer = CONNACKS[value & 0xff]
      if (answer) counters[answer]++
    }
  }
}

function publish(tap: Tap, qos: number, identifier: number, counters: Record<Counter, number>): void {
  counters['packets.publish.sent']++
  tap.connection.messagesSent++
  if (qos === 0) {
    counters['messages.qos0.sent']++
    return
  }
  if (qos === 1) counters['messages.qos1.sent']++
  else counters['messages.qos2.sent']++
  awaitAcknowledgement(tap, identifier)
}

function awaitAcknowledgement(tap: Tap, identifier: number): void {
  tap.unacknowledged ??= new Set()
  tap.unacknowledged.add(identifier)
  tap.connection.inflight = tap.unacknowledged.size
}
