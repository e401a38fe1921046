import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { answer, argumentOf } from './child.js'
import { connectPacket, packet, subscribePacket, text } from './mqtt-packets.js'

export type CrowdVerbs = {
  /** Connects the clients, each with a subscription of its own; resolves to how many there are. */
  connect(): Promise<number>
  /** From now on so many QoS 0 messages a second, each to one client. */
  flow(rate: number): void
  /** Ends the flow: messages sent, and bytes that clients have received, a second. */
  stop(): Promise<{ sent: number; bytes: number; closed: number }>
}

const { port, clients } = argumentOf<{ port: number; clients: number }>()
/** How many connect at once. */
const BATCH = 100

const sockets: Socket[] = []
let [bytes, closed, sent, flowing] = [0, 0, 0, false]
let began = 0
let flow: Promise<void> | undefined

async function open(index: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.write(connectPacket(`sensor-${index}`))
  await once(socket, 'data')
  socket.write(subscribePacket(topicOf(index), 0))
  await once(socket, 'data')
  socket.on('data', chunk => {
    bytes += chunk.length
  })
  socket.on('close', () => closed++)
  sockets[index] = socket
}

function topicOf(index: number): string {
  return `sensors/${index}/commands`
}

async function send(rate: number): Promise<void> {
  const payload = Buffer.alloc(64, 'x')
  while (flowing) {
    const due = ((performance.now() - began) / 1000) * rate
    for (; sent < due; sent++) {
      const to = (sent * 7919) % clients
      sockets[sent % 50]!.write(packet(0x30, Buffer.concat([text(topicOf(to)), payload])))
    }
    await pause(2)
  }
}

answer({
  async connect() {
    for (let from = 0; from < clients; from += BATCH) {
      await Promise.all(Array.from({ length: Math.min(BATCH, clients - from) }, (_, n) => open(from + n)))
    }
    return sockets.length
  },
  flow(rate) {
    ;[bytes, sent, flowing, began] = [0, 0, true, performance.now()]
    flow = send(rate)
  },
  async stop() {
    const seconds = (performance.now() - began) / 1000
    flowing = false
    await flow
    return { sent: sent / seconds, bytes: bytes / seconds, closed }
  },
} satisfies CrowdVerbs)
