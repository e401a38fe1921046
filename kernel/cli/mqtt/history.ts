import type { Command } from '../command.js'
import { path } from '../control-client.js'
import { aligned } from '../table.js'
import { eventRow, type ToldEvent } from './event.js'

export const mqttHistory: Command = {
  name: 'mqtt history',
  takes: ['ID'],
  summary: 'shows the last events of one MQTT client, the newest last',
  options: ['json', 'data'],
  example: 'patchbay mqtt history sensor-7',
  async run({ words: [id = ''], server, printed, print }) {
    const answer = await (await server()).get<{ events: ToldEvent[] }>(path`/mqtt/v1/clients/${id}/history`)
    if (printed(answer)) return
    if (answer.events.length > 0) print(aligned(answer.events.map(eventRow)))
  },
}
