import { connect, type Socket } from 'node:net'
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet'

/** Speaks single packets, as no well-behaved client would. */
export interface RawClient {
  readonly received: Packet[]
  readonly socket: Socket
  readonly closed: boolean
  send(packet: Packet): void
  /** The next packet with that name, and optionally identifier, that nobody has asked for. */
  next<T extends Packet>(cmd: T['cmd'], messageId?: number): Promise<T>
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect(port, '127.0.0.1')
  const reading = parser({ protocolVersion: 4 })
  const received: Packet[] = []
  let closed = false
  reading.on('packet', packet => received.push(packet))
  socket.on('data', data => reading.parse(data))
  socket.on('error', () => undefined)
  socket.on('close', () => {
    closed = true
  })
  await new Promise(resolve => socket.once('connect', resolve))
  return {
    received,
    socket,
    get closed() {
      return closed
    },
    send: packet => void socket.write(generate(packet)),
    async next<T extends Packet>(cmd: T['cmd'], messageId?: number) {
      const until = Date.now() + 8000
      for (;;) {
        const at = received.findIndex(
          packet => packet.cmd === cmd && (messageId === undefined || packet.messageId === messageId),
        )
        if (at >= 0) return received.splice(at, 1)[0] as T
        if (closed || Date.now() > until) throw new Error(`no ${cmd} came${closed ? ', the broker hung up' : ''}`)
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    },
  }
}

export function connectPacket(clientId: string, options: Partial<IConnectPacket> = {}): IConnectPacket {
  return { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60, clientId, ...options }
}
