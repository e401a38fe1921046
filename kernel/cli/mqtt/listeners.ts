import type { Command } from '../command.js'
import { table } from '../table.js'
import { cell } from './pages.js'

interface Listener {
  transport: string
  address: string
  port: number
  status: string
  configured: boolean
  connections: number
  max_connections: number
  total_connections: number
  shutdowns: Record<string, number>
}

export const mqttListeners: Command = {
  name: 'mqtt listeners',
  summary: 'lists where MQTT clients come in',
  details: 'ENDED BY counts why connections ended otherwise than by DISCONNECT.',
  options: ['json', 'data'],
  example: 'patchbay mqtt listeners',
  async run({ server, printed, print, note }) {
    const answer = await (await server()).get<{ listeners: Listener[] }>('/mqtt/v1/listeners')
    if (printed(answer)) return
    const rows = answer.listeners.map(each =>
      [
        `${each.address}:${each.port}`,
        each.transport,
        each.configured ? each.status : `${each.status}, until the process ends`,
        each.max_connections === 0 ? each.connections : `${each.connections} of ${each.max_connections}`,
        each.total_connections,
        Object.entries(each.shutdowns)
          .map(([why, count]) => `${why} ×${count}`)
          .join(', '),
      ].map(cell),
    )
    if (rows.length === 0) return note('no listeners')
    print(table(['LISTENER', 'VIA', 'STATUS', 'CONNECTIONS', 'SO FAR', 'ENDED BY'], rows))
  },
}
