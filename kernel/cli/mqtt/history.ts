import type { Command } from '../command.js'
import { path } from '../control-client.js'
import { aligned } from '../table.js'
import { eventRow, type ToldEvent } from './event.js'
import { cell } from './pages.js'

export const mqttHistory: Command = {
  name: 'mqtt history',
  takes: ['ID'],
  summary: 'shows the last events of one MQTT client, the newest last',
  details:
    'Refused connections, publications and subscriptions too, each with why. The history begins with the server.',
  options: ['json', 'data'],
  example: 'patchbay mqtt history sensor-7',
  async run({ words: [id = ''], server, printed, print, note }) {
    const answer = await (await server()).get<{ events: ToldEvent[] }>(path`/mqtt/v1/clients/${id}/history`)
    if (printed(answer)) return
    if (answer.events.length > 0) print(aligned(answer.events.map(eventRow)))
    else note(cell(`nothing is known of a client "${id}" since the server started`))
  },
}
