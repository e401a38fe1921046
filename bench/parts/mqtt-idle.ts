import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { answer, argumentOf } from './child.js'

export type MqttIdleVerbs = {
  /** Connects that many more clients, which then say nothing; how many are connected. */
  connect(count: number): Promise<number>
  /** Opens that many sockets that send the first byte of a CONNECT and no more. */
  halfOpen(count: number): Promise<number>
  /** Milliseconds that a QoS 1 message takes to be acknowledged: the slowest of a hundred. */
  slowest(): Promise<number>
}

const { port } = argumentOf<{ port: number }>()
const BATCH = 200
const sockets: Socket[] = []
let named = 0

function connectBytes(clientId: string): Buffer {
  const id = Buffer.from(clientId)
  const head = [0x10, 12 + id.length, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 0, id.length >> 8, id.length & 0xff]
  return Buffer.concat([Buffer.from(head), id])
}

async function open(first: Buffer, answered: boolean): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  sockets.push(socket)
  await once(socket, 'connect')
  socket.on('error', () => undefined)
  socket.write(first)
  if (answered) await once(socket, 'data')
}

async function many(count: number, act: () => Promise<void>): Promise<number> {
  for (let left = count; left > 0; left -= BATCH) {
    await Promise.all(Array.from({ length: Math.min(BATCH, left) }, act))
  }
  return sockets.filter(({ closed }) => !closed).length
}

answer({
  connect: count => many(count, () => open(connectBytes(`idle client ${++named}`), true)),
  halfOpen: count => many(count, () => open(Buffer.from([0x10]), false)),
  async slowest() {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    socket.write(connectBytes('the one that works'))
    await once(socket, 'data')
    let slowest = 0
    for (let round = 0; round < 100; round++) {
      const began = performance.now()
      socket.write(Buffer.from([0x32, 6, 0, 1, 0x61, 0, 1, 0x78]))
      await once(socket, 'data')
      slowest = Math.max(slowest, performance.now() - began)
    }
    socket.destroy()
    return slowest
  },
} satisfies MqttIdleVerbs)
