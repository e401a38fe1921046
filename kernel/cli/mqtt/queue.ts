import type { Command } from '../command.js'
import { path } from '../control-client.js'
import { moment, printList } from './pages.js'

export interface ShownPayload {
  payload_bytes: number
  payload: string
  text?: string
}

interface Message extends ShownPayload {
  topic: string
  qos: number
  retain: boolean
  sent: boolean
  queued_at: string | null
}

const WIDEST = 60

export const mqttQueue: Command = {
  name: 'mqtt queue',
  takes: ['ID'],
  summary: 'shows the messages that wait for an MQTT client or for its acknowledgement',
  details: 'Looking changes nothing. With --json payloads are base64, up to 1024 bytes of each.',
  options: ['limit', 'json', 'data'],
  example: 'patchbay mqtt queue sensor-7',
  run: call =>
    printList<Message, 'messages'>(
      call,
      path`/mqtt/v1/clients/${call.words[0]!}/queue`,
      'messages',
      new URLSearchParams(),
      {
        QUEUED: message => moment(message.queued_at),
        QOS: message => message.qos,
        STATE: message => (message.sent ? 'unacknowledged' : 'waiting'),
        TOPIC: message => message.topic,
        BYTES: message => message.payload_bytes,
        PAYLOAD: shortened,
      },
    ),
}

function shortened({ text, payload }: ShownPayload): string {
  const shown = text ?? `base64 ${payload}`
  return shown.length > WIDEST ? `${shown.slice(0, WIDEST - 1)}…` : shown
}
