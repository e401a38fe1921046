import type { Command } from '../command.js'
import { fields } from '../table.js'
import { cell, moment, printList } from './pages.js'
import type { ShownPayload } from './queue.js'

interface Retained {
  topic: string
  qos: number
  retained_at: string | null
  payload_bytes: number
}

export const mqttRetained: Command = {
  name: 'mqtt retained',
  takes: ['[FILTER]'],
  summary: 'lists retained messages, all or those whose topic matches an MQTT filter',
  options: ['limit', 'json', 'data'],
  example: "patchbay mqtt retained 'sensors/+/state'",
  run: call =>
    printList<Retained, 'messages'>(
      call,
      '/mqtt/v1/retained',
      'messages',
      new URLSearchParams(call.words[0] === undefined ? {} : { filter: call.words[0] }),
      {
        TOPIC: message => message.topic,
        QOS: message => message.qos,
        BYTES: message => message.payload_bytes,
        RETAINED: message => moment(message.retained_at),
      },
    ),
}

export const mqttRetainedGet: Command = {
  name: 'mqtt retained get',
  takes: ['TOPIC'],
  summary: 'shows a retained message with its payload',
  details: 'A payload that is no text is shown as base64.',
  options: ['json', 'data'],
  example: 'patchbay mqtt retained get sensors/7/state',
  async run({ words: [topic = ''], server, printed, print }) {
    const message = await (await server()).get<Retained & ShownPayload>(
      `/mqtt/v1/retained/${encodeURIComponent(topic)}`,
    )
    if (printed(message)) return
    print(
      fields([
        ['topic', cell(message.topic)],
        ['qos', String(message.qos)],
        ['retained', moment(message.retained_at)],
        ['bytes', String(message.payload_bytes)],
        [message.text === undefined ? 'base64' : 'payload', (message.text ?? message.payload).split('\n').map(cell)],
      ]),
    )
  },
}

export const mqttRetainedDelete: Command = {
  name: 'mqtt retained delete',
  takes: ['[FILTER]'],
  summary: 'deletes the retained messages whose topic matches an MQTT filter',
  options: ['all', 'dry-run', 'json', 'data'],
  example: "patchbay mqtt retained delete 'sensors/#' --dry-run",
  async run({ words: [filter], options: { all, 'dry-run': dryRun = false }, server, printed, print }) {
    const body = { filter: filter ?? '#', ...(all ? { all } : {}), dry_run: dryRun }
    const client = await server()
    const answer = await client.post<{ matched: number; deleted: number }>('/mqtt/v1/retained/delete', body)
    if (printed(answer)) return
    print(dryRun ? `${answer.matched} would be deleted; nothing was done` : `${answer.deleted} deleted`)
  },
}
