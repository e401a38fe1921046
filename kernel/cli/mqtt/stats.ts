import type { Command } from '../command.js'
import { fields } from '../table.js'

interface Statistics {
  product: { name: string; version: string }
  started_at: string
  counters: Record<string, number>
  gauges: Record<string, { count: number; max: number }>
}

export const mqttStats: Command = {
  name: 'mqtt stats',
  summary: 'shows the counters and gauges of the MQTT broker',
  options: ['json', 'data'],
  example: 'patchbay mqtt stats',
  async run({ server, printed, print }) {
    const answer = await (await server()).get<Statistics>('/mqtt/v1/stats')
    if (printed(answer)) return
    const { product, started_at, counters, gauges } = answer
    print(
      fields([
        ['broker', `${product.name} ${product.version}, since ${started_at}`],
        ...Object.entries(gauges).map(([name, { count, max }]) => [name, `${count} (at most ${max})`] as const),
        ...Object.entries(counters).map(([name, count]) => [name, String(count)] as const),
      ]),
    )
  },
}
