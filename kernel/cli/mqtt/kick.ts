import type { Call, Command } from '../command.js'
import { path } from '../control-client.js'
import { wrongUsage } from '../refusal.js'
import { CLIENT_FILTERS, clientFilterJson } from './client-filter.js'

interface Kicked {
  matched: number
  done: number
  dry_run: boolean
}

export const mqttKick: Command = {
  name: 'mqtt kick',
  takes: ['[ID]'],
  summary: 'disconnects an MQTT client, or all that match a filter',
  details: 'Wills are published. Persistent sessions stay, with --end-session they end.',
  options: [...CLIENT_FILTERS, 'all', 'end-session', 'dry-run', 'json', 'data'],
  example: "patchbay mqtt kick --user bob --like 'sensor-*' --dry-run",
  async run(call) {
    const [id] = call.words
    const filter = clientFilterJson(call.options)
    const filtered = Object.keys(filter).length > 0 || call.options.all || call.options['dry-run']
    if (id === undefined) return kickMany(call, filter)
    if (filtered) throw wrongUsage('a client id and filters exclude each other', 'patchbay mqtt kick ID')
    await kickOne(call, id)
  },
}

async function kickOne({ options, server, printed, print }: Call, id: string): Promise<void> {
  const query = options['end-session'] ? '?session=end' : ''
  const done = await (await server()).delete<{ disconnected: boolean; session_ended: boolean }>(
    path`/mqtt/v1/clients/${id}` + query,
  )
  if (printed(done)) return
  const what = [
    ...(done.disconnected ? ['disconnected'] : []),
    ...(done.session_ended ? ['its session has ended'] : []),
  ]
  print(`${id}: ${what.join(', ')}`)
}

async function kickMany({ options, server, printed, print }: Call, filter: Record<string, unknown>): Promise<void> {
  const body = {
    ...filter,
    ...(options.all ? { all: true } : {}),
    session: options['end-session'] ? 'end' : 'keep',
    dry_run: options['dry-run'] ?? false,
  }
  const answer = await (await server()).post<Kicked>('/mqtt/v1/clients/kick', body)
  if (printed(answer)) return
  const verb = options['end-session'] ? 'ended' : 'disconnected'
  print(
    answer.dry_run
      ? `${answer.matched} would be ${verb}; nothing was done`
      : `${answer.done} of ${answer.matched} ${verb}`,
  )
}
