import type { Duplex } from 'node:stream'
import type { Broker } from '../broker.js'
import type { Options } from '../options.js'
import type { Listener } from './listener.js'
import { mqttStreams } from './mqtt-streams.js'
import { proxied } from './proxied.js'
import { secured } from './secured.js'
import { webSockets } from './web-sockets.js'
import type { Arrival } from './wire.js'

/** What receives an accepted socket. */
export type Front = (arrival: Arrival) => void
/** What receives the bytes of the next layer. */
export type Layer = (arrival: Arrival, stream: Duplex) => void

/** The layers between a socket of this listener and aedes, the outermost last: PROXY, TLS, WebSocket, MQTT. */
export function front(listener: Listener, broker: Broker, config: Options): Front {
  const { transport, proxyProtocol } = listener.options
  const mqtt = mqttStreams(listener, broker, config)
  const spoken = transport === 'ws' || transport === 'wss' ? webSockets(config, mqtt) : mqtt
  const read = listener.security ? secured(listener, listener.security, config, spoken) : spoken
  return proxyProtocol ? arrival => proxied(arrival, read) : arrival => read(arrival, arrival.socket)
}
