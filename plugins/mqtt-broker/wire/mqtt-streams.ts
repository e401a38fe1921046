import { isIP } from 'node:net'
import type { Broker } from '../broker.js'
import { attachConnection, type Connection } from '../connection.js'
import type { Options } from '../options.js'
import { takeDelivery } from './delivery.js'
import type { Layer } from './front.js'
import { type Listener, nameOf } from './listener.js'
import { tapStream } from './tap.js'

/** What aedes speaks. */
const SPOKEN = [3, 4]

/** The innermost layer: the stream gets its Connection and its tap, and aedes gets the stream. */
export function mqttStreams(listener: Listener, broker: Broker, config: Options): Layer {
  const { options } = listener
  const name = nameOf(options)
  const anonymous = options.allowAnonymous ?? letsIn(config.allow_anonymous, options.address)
  const protocolVersions = options.protocolVersions?.filter(version => SPOKEN.includes(version)) ?? SPOKEN
  return (arrival, stream) => {
    const connection: Connection = {
      transport: options.transport,
      address: arrival.address,
      port: arrival.port,
      listener: name,
      anonymous,
      protocolVersions,
      identity: arrival.identity,
      openedAt: Date.now(),
      bytesReceived: 0,
      bytesSent: 0,
      messagesReceived: 0,
      messagesSent: 0,
      inflight: 0,
      awaitingRelease: 0,
      closedBecause: undefined,
    }
    arrival.stream = stream
    arrival.connection = connection
    attachConnection(stream, connection)
    tapStream(broker.wire, arrival, stream, connection)
    takeDelivery(broker, broker.aedes.handle(stream) as never)
  }
}

function letsIn(anonymous: Options['allow_anonymous'], address: string): boolean {
  return anonymous === 'always' || (anonymous === 'loopback' && isLoopback(address))
}

export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}
