import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { answer, argumentOf } from './child.js'

export type BareClientVerbs = {
  /** Connects that many more sockets, which then say nothing; how many are open. */
  connect(count: number): Promise<number>
}

const { port, tls } = argumentOf<{ port: number; tls: boolean }>()
const BATCH = 20
const sockets: Socket[] = []

async function open(): Promise<void> {
  const socket = tls
    ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    : connect({ port, host: '127.0.0.1' })
  await once(socket, tls ? 'secureConnect' : 'connect')
  socket.on('error', () => undefined)
  sockets.push(socket)
}

answer({
  async connect(count) {
    for (let left = count; left > 0; left -= BATCH) {
      await Promise.all(Array.from({ length: Math.min(BATCH, left) }, open))
    }
    return sockets.filter(({ closed }) => !closed).length
  },
} satisfies BareClientVerbs)
