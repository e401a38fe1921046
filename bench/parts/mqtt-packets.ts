/** Of MQTT 3.1.1, from its first byte and what follows its length. */
export function packet(first: number, body: Buffer): Buffer {
  const length: number[] = []
  for (let rest = body.length; ; ) {
    const byte = rest & 0x7f
    rest >>= 7
    length.push(rest > 0 ? byte | 0x80 : byte)
    if (rest === 0) return Buffer.concat([Buffer.from([first, ...length]), body])
  }
}

/** With its length in front. */
export function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}

export function connectPacket(clientId: string, keepalive = 0): Buffer {
  const head = [text('MQTT'), Buffer.from([4, 2, keepalive >> 8, keepalive & 0xff])]
  return packet(0x10, Buffer.concat([...head, text(clientId)]))
}

export function subscribePacket(filter: string, qos: number): Buffer {
  return packet(0x82, Buffer.concat([Buffer.from([0, 1]), text(filter), Buffer.from([qos])]))
}
