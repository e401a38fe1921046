import type { Command } from '../command.js'
import { table } from '../table.js'
import { cell, moment } from './pages.js'

interface Alarm {
  id: string
  severity: string
  title: string
  summary: string
  raised_at: string | null
}

export const mqttAlarms: Command = {
  name: 'mqtt alarms',
  summary: 'shows what is wrong with MQTT now',
  options: ['json', 'data'],
  example: 'patchbay mqtt alarms',
  async run({ server, printed, print }) {
    const answer = await (await server()).get<{ alarms: Alarm[] }>('/mqtt/v1/alarms')
    if (printed(answer)) return
    const rows = answer.alarms.map(({ severity, raised_at, id, title, summary }) =>
      [severity, moment(raised_at), id, `${title}: ${summary}`].map(cell),
    )
    print(rows.length === 0 ? 'no alarm' : table(['SEVERITY', 'RAISED', 'ALARM', 'WHAT'], rows))
  },
}
