import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type BenchedBroker, startOurs } from './parts/brokers.js'
import { Child } from './parts/child.js'
import type { MqttLoadVerbs } from './parts/mqtt-load.js'
import { benchmark, option } from './parts/program.js'
import { median, spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'

/**
 * The rate of everybody else while a subscriber to all topics never reads, while the same one reads, and without it, in
 * turn, several times. It is one more recipient of every message, whether it reads or not.
 */
async function mqttFrozen(): Promise<Row[]> {
  const rounds = option('rounds', 5)
  const seconds = option('seconds', 3)
  const broker = await startOurs()
  const generator = new Child<MqttLoadVerbs>('mqtt-load')
  const rates = { without: [] as number[], reading: [] as number[], frozen: [] as number[] }
  const shape = { publishers: 10, subscribers: 10, qos: 0 as const, window: 200, payload: 64 }
  for (let round = 0; round < rounds; round++) {
    for (const which of ['without', 'reading', 'frozen'] as const) {
      const one = which === 'without' ? undefined : await subscriber(broker)
      if (which === 'frozen') one?.pause()
      // Long enough at first for the frozen one's socket to be full.
      const warmUpSeconds = 2
      rates[which].push(await generator.ask('run', { ...shape, port: broker.port, warmUpSeconds, seconds }))
      one?.destroy()
    }
  }
  await Promise.all([generator.end(), broker.end()])
  const against = (other: 'without' | 'reading') => rates.frozen.map((rate, round) => rate / rates[other][round]!)
  return [
    bar(
      'rate with a frozen subscriber, against the same one reading',
      `${spread(against('reading'), 2)} ×`,
      '≥ 1 ×',
      median(against('reading')) >= 1,
    ),
    note('the same, against none', `${spread(against('without'), 2)} ×`),
    note('none: delivered a second', spread(rates.without, 0)),
    note('one that reads: delivered a second to the others', spread(rates.reading, 0)),
    note('a frozen one: delivered a second to the others', spread(rates.frozen, 0)),
  ]
}

/** Takes what comes and looks at none of it. */
async function subscriber({ port }: BenchedBroker): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const hello = [0x10, 16, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 0, 0, 4, ...Buffer.from('cold')]
  const wish = [0x82, 6, 0, 1, 0, 1, 0x23, 0]
  socket.write(Buffer.from([...hello, ...wish]))
  await once(socket, 'data')
  return socket.resume()
}

void benchmark('MQTT with a frozen subscriber', mqttFrozen)
