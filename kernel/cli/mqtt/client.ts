import type { Command } from '../command.js'
import { path } from '../control-client.js'
import { fields } from '../table.js'
import type { Client } from './clients.js'
import { cell } from './pages.js'

export const mqttClient: Command = {
  name: 'mqtt client',
  takes: ['ID'],
  summary: 'shows everything that is known of one MQTT client',
  options: ['json', 'data'],
  example: 'patchbay mqtt client sensor-7',
  async run({ words: [id = ''], server, printed, print }) {
    const client = await (await server()).get<Client>(path`/mqtt/v1/clients/${id}`)
    if (printed(client)) return
    print(
      fields(
        Object.entries(client).map(([name, value]) => [
          name.replaceAll('_', ' '),
          cell(typeof value === 'object' && value !== null ? JSON.stringify(value) : value),
        ]),
      ),
    )
  },
}
