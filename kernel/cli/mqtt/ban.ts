import type { Call, Command } from '../command.js'
import { path } from '../control-client.js'
import { wrongUsage } from '../refusal.js'
import { cell, moment, printList } from './pages.js'

interface Ban {
  id: string
  kind: string
  who: string
  reason: string | null
  by: string | null
  banned_at: string
  until: string | null
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

const list: Command = {
  name: 'mqtt ban list',
  summary: 'lists who is kept out, and until when',
  options: ['limit', 'json', 'data'],
  example: 'patchbay mqtt ban list',
  run: call =>
    printList<Ban, 'bans'>(call, '/mqtt/v1/bans', 'bans', new URLSearchParams(), {
      ID: ban => ban.id,
      SINCE: ban => moment(ban.banned_at),
      UNTIL: ban => (ban.until === null ? 'lifted' : moment(ban.until)),
      BY: ban => ban.by,
      REASON: ban => ban.reason,
    }),
}

const add: Command = {
  name: 'mqtt ban add',
  takes: ['client|user|address', 'WHO'],
  summary: 'keeps a client, a user, an address or a network out, and disconnects whom it concerns',
  details: 'Without --for and --until it lasts until it is lifted. One for the same is replaced.',
  options: ['for', 'until', 'reason', 'json', 'data'],
  example: 'patchbay mqtt ban add address 10.1.0.0/16 --for 24h --reason "port scan"',
  async run(call) {
    const [kind, who] = call.words
    const { reason } = call.options
    const body = { kind, who, ...(reason ? { reason } : {}), ...endIn(call) }
    const ban = await (await call.server()).post<Ban & { disconnected: number }>('/mqtt/v1/bans', body)
    if (call.printed(ban)) return
    const until = ban.until === null ? 'until it is lifted' : `until ${moment(ban.until)} UTC`
    call.print(cell(`${ban.id} is banned ${until}; connections closed: ${ban.disconnected}`))
  },
}

const lift: Command = {
  name: 'mqtt ban lift',
  takes: ['ID'],
  summary: 'lifts a ban',
  details: 'ID is that of the list: the kind and the name, such as client:sensor-7 or address:10.1.0.0/16.',
  options: ['json', 'data'],
  example: 'patchbay mqtt ban lift client:sensor-7',
  async run({ words: [id = ''], server, printed, print }) {
    const answer = await (await server()).delete(path`/mqtt/v1/bans/${id}`)
    if (!printed(answer)) print(`${id} may connect again`)
  },
}

function endIn({ options: { for: lasting, until } }: Call): object {
  if (lasting === undefined) return until === undefined ? {} : { until }
  if (until !== undefined) throw wrongUsage('"--for" and "--until" both say when the ban ends', 'give one of them')
  const [, count, unit] = /^(\d{1,7})([smhd])$/.exec(lasting) ?? []
  if (count === undefined)
    throw wrongUsage(`"--for ${lasting}" is no length of time`, '--for 90m, --for 24h or --for 7d')
  return { seconds: Number(count) * SECONDS[unit!]! }
}

export const MQTT_BAN_COMMANDS: readonly Command[] = [list, add, lift]
