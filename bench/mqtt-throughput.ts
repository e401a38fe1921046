import { type BenchedBroker, startMosquitto, startOurs, startPlainAedes } from './parts/brokers.js'
import { Child } from './parts/child.js'
import type { MqttLoad, MqttLoadVerbs } from './parts/mqtt-load.js'
import { benchmark, option } from './parts/program.js'
import { median, spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'

type Shape = Omit<MqttLoad, 'port' | 'payload' | 'warmUpSeconds' | 'seconds'>
const SHAPES: Record<string, Shape> = {
  'QoS 0, 10 → 10': { publishers: 10, subscribers: 10, qos: 0, window: 200 },
  'QoS 0, 1 → 100': { publishers: 1, subscribers: 100, qos: 0, window: 40 },
  'QoS 1, 10 → 10, window 20': { publishers: 10, subscribers: 10, qos: 1, window: 20 },
}

/** Messages of 64 bytes through our whole server, through plain aedes and through Mosquitto, in turn, several times. */
async function mqttThroughput(): Promise<Row[]> {
  const rounds = option('rounds', 5)
  const seconds = option('seconds', 3)
  const brokers = [await startOurs(), await startPlainAedes(), await startMosquitto()].filter(
    broker => broker !== undefined,
  )
  const generator = new Child<MqttLoadVerbs>('mqtt-load')
  const rows: Row[] = []
  for (const [what, shape] of Object.entries(SHAPES)) {
    const rates: Record<BenchedBroker['name'], number[]> = { patchbay: [], aedes: [], mosquitto: [] }
    // The first time, what is compiled while it runs would be measured.
    for (let round = -1; round < rounds; round++) {
      for (const { name, port } of brokers) {
        const load = { ...shape, port, payload: 64, warmUpSeconds: 1, seconds }
        const rate = await generator.ask('run', load)
        if (round >= 0) rates[name].push(rate)
      }
    }
    const ratios = (to: 'aedes' | 'mosquitto') => rates.patchbay.map((rate, round) => rate / rates[to][round]!)
    rows.push(...compared(what, shape, ratios('aedes'), ratios('mosquitto')))
    for (const { name } of brokers) rows.push(note(`${name}: delivered a second`, spread(rates[name], 0)))
  }
  await Promise.all([generator.end(), ...brokers.map(broker => broker.end())])
  return rows
}

function compared(what: string, { publishers, qos }: Shape, toAedes: number[], toMosquitto: number[]): Row[] {
  const rows = [against(what, 'plain aedes', toAedes, qos === 0 && publishers > 1 ? 1 : undefined)]
  if (toMosquitto.some(Number.isFinite)) {
    rows.push(against(what, 'Mosquitto', toMosquitto, qos === 1 ? 0.4 : undefined))
  }
  return rows
}

function against(what: string, whom: string, ratios: number[], least: number | undefined): Row {
  const measured = `${spread(ratios, 2)} ×`
  const title = `${what}: against ${whom}`
  return least === undefined ? note(title, measured) : bar(title, measured, `≥ ${least} ×`, median(ratios) >= least)
}

void benchmark('MQTT messages', mqttThroughput)
