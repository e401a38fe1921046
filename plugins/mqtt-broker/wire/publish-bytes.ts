import type { Delivery } from './delivery.js'

/**
 * PUBLISH on the wire (MQTT 3.1.1 §3.3). The bytes for one subscriber are those for the next: without an identifier the
 * same buffer goes to all, with one only two bytes differ.
 */
export function publishBytes(): (packet: Delivery) => Buffer {
  let last: Delivery = { topic: '', payload: '', qos: 0, retain: false, dup: false, brokerCounter: 0 }
  let bytes: Buffer = Buffer.alloc(0)
  let identifierAt = 0
  return packet => {
    const { topic, payload, qos, retain, dup } = packet
    const same =
      payload === last.payload && topic === last.topic && qos === last.qos && retain === last.retain && dup === last.dup
    if (!same || bytes.length === 0) {
      last = { topic, payload, qos, retain, dup, brokerCounter: 0 }
      bytes = encode(packet)
      identifierAt = bytes.length - Buffer.byteLength(payload) - 2
    }
    if (qos === 0) return bytes
    const own = Buffer.allocUnsafe(bytes.length)
    bytes.copy(own)
    own.writeUInt16BE(packet.messageId!, identifierAt)
    return own
  }
}

function encode({ topic, payload, qos, retain, dup }: Delivery): Buffer {
  const topicLength = Buffer.byteLength(topic)
  const payloadLength = Buffer.byteLength(payload)
  const length = 2 + topicLength + (qos > 0 ? 2 : 0) + payloadLength
  const lengthBytes = length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4
  const bytes = Buffer.allocUnsafe(1 + lengthBytes + length)
  let at = 0
  bytes[at++] = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
  for (let rest = length, left = lengthBytes; left > 0; left--, rest >>= 7) {
    bytes[at++] = (rest & 0x7f) | (left > 1 ? 0x80 : 0)
  }
  bytes.writeUInt16BE(topicLength, at)
  at += 2 + bytes.write(topic, at + 2)
  if (qos > 0) at = bytes.writeUInt16BE(0, at)
  if (typeof payload === 'string') bytes.write(payload, at)
  else payload.copy(bytes, at)
  return bytes
}
