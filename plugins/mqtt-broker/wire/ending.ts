import type { Counter } from '../../mqtt-admin/backend.js'
import { tapOf } from './tap.js'
import type { Arrival } from './wire.js'

export interface Ending {
  reason: string
  counter?: Counter
}

/** Sentences with which aedes ends a connection, and what they are called here. */
const AEDES: Readonly<Record<string, string>> = {
  'keep alive timeout': 'keep alive timeout',
  'connect did not arrive in time': 'connect timeout',
  'Client queue limit reached': 'too many packets before CONNACK',
  'connection closed': 'connection lost',
  'drain timeout': 'too slow',
}

/** CONNACK codes as errors of aedes. */
const REFUSALS = ['', 'unacceptable protocol version', 'identifier rejected', 'server unavailable']

/** Why a connection ended, if not by a DISCONNECT of its client; and what that adds to. */
export function endingOf({ socket, stream, connection, failure }: Arrival): Ending | undefined {
  const because = connection?.closedBecause ?? failure
  if (because) return { reason: because }
  const error = (stream?.errored ?? socket.errored) as (Error & { code?: string; errorCode?: number }) | null
  if (!error) {
    const done = stream && tapOf(stream)?.disconnected
    return done ? undefined : { reason: stream ? 'closed without DISCONNECT' : 'closed before CONNECT' }
  }
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    return { reason: 'packet too large', counter: 'packets.too_large' }
  }
  if (error.code?.startsWith('WS_ERR')) return { reason: 'malformed packet', counter: 'packets.malformed' }
  if (error.code) return { reason: 'connection lost', counter: 'sockets.errors' }
  if (error.errorCode) return { reason: REFUSALS[error.errorCode] ?? 'not authorized' }
  const known = AEDES[error.message]
  return known ? { reason: known } : { reason: 'malformed packet', counter: 'packets.malformed' }
}
