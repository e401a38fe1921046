import { generate, type Packet } from 'mqtt-packet'

/** Its bytes, as the package that most clients use writes them. */
export const bytesOf = (packet: Packet): Buffer => generate(packet)

export const connectBytes = (clientId: string, more: object = {}): Buffer =>
  bytesOf({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    clientId,
    keepalive: 0,
    ...more,
  } as Packet)

export const subscribeBytes = (topic: string, qos: 0 | 1 | 2 = 0): Buffer =>
  bytesOf({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] } as unknown as Packet)

export const publishBytes = (
  topic: string,
  payload: string | Buffer,
  qos: 0 | 1 | 2 = 0,
  messageId = 1,
  more: object = {},
): Buffer => bytesOf({ cmd: 'publish', topic, payload, qos, retain: false, dup: false, messageId, ...more } as Packet)
