import 'reflect-metadata'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { KernelHost } from '../../../../kernel/kernel-host.js'
import type { Counter, MqttBackend, MqttListener, Transport } from '../../../../plugins/mqtt-admin/backend.js'
import { openHouse, type TestHouse } from '../../../faces/house.js'

export interface BrokerHouse {
  house: TestHouse
  /** Of the generation that is live now. */
  backend(): MqttBackend
  listener(transport: Transport): Promise<MqttListener>
  port(transport?: Transport): Promise<number>
  counter(name: Counter): Promise<number>
}

/** The broker alone, on free ports. */
export async function withWire(
  options: Record<string, unknown>,
  act: (wire: BrokerHouse) => Promise<void>,
): Promise<void> {
  const house = await openHouse({
    start: ['mqtt-broker'],
    plugins: { 'mqtt-broker': { port: 0, ws_port: 0, ...options } },
  })
  const backend = () => house.house.container.resolve(KernelHost).resolveService('mqtt-backend') as MqttBackend
  const listener = async (transport: Transport) =>
    (await backend().listeners.list()).find(each => each.transport === transport)!
  try {
    await act({
      house,
      backend,
      listener,
      port: async (transport = 'tcp') => (await listener(transport)).port,
      counter: async name => (await backend().metrics.counters())[name],
    })
  } finally {
    await house.close()
  }
}

/** A socket that collects what comes; errors are the other side's business. */
export async function raw(port: number): Promise<Socket & { received: Buffer }> {
  const socket = Object.assign(connect(port, '127.0.0.1'), { received: Buffer.alloc(0) })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.on('data', chunk => {
    socket.received = Buffer.concat([socket.received, chunk])
  })
  return socket
}

export async function ended(socket: Socket, withinMs = 5000): Promise<boolean> {
  if (socket.closed) return true
  return Promise.race([
    once(socket, 'close').then(() => true),
    new Promise<boolean>(resolve => setTimeout(() => resolve(false), withinMs).unref()),
  ])
}
