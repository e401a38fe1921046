import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type BenchedBroker, startOurs } from './parts/brokers.js'
import { Child } from './parts/child.js'
import type { MqttLoadVerbs } from './parts/mqtt-load.js'
import { benchmark, option } from './parts/program.js'
import { median, spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'

/** The rate of everybody else with and without a subscriber to all topics who never reads, in turn, several times. */
async function mqttFrozen(): Promise<Row[]> {
  const rounds = option('rounds', 5)
  const seconds = option('seconds', 3)
  const broker = await startOurs()
  const generator = new Child<MqttLoadVerbs>('mqtt-load')
  const rates = { without: [] as number[], with: [] as number[] }
  const shape = { publishers: 10, subscribers: 10, qos: 0 as const, window: 200, payload: 64 }
  for (let round = 0; round < rounds; round++) {
    for (const which of ['without', 'with'] as const) {
      const stuck = which === 'with' ? await frozen(broker) : undefined
      // Long enough at first for the frozen one's socket to be full.
      const warmUpSeconds = 2
      rates[which].push(await generator.ask('run', { ...shape, port: broker.port, warmUpSeconds, seconds }))
      stuck?.destroy()
    }
  }
  await Promise.all([generator.end(), broker.end()])
  const ratios = rates.with.map((rate, round) => rate / rates.without[round]!)
  return [
    bar('rate with one frozen subscriber', `${spread(ratios, 2)} ×`, '≥ 0.9 ×', median(ratios) >= 0.9),
    note('without: delivered a second', spread(rates.without, 0)),
    note('with: delivered a second', spread(rates.with, 0)),
  ]
}

async function frozen({ port }: BenchedBroker): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const hello = [0x10, 16, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 0, 0, 4, ...Buffer.from('cold')]
  const wish = [0x82, 6, 0, 1, 0, 1, 0x23, 0]
  socket.write(Buffer.from([...hello, ...wish]))
  await once(socket, 'data')
  socket.pause()
  return socket
}

void benchmark('MQTT with a frozen subscriber', mqttFrozen)
