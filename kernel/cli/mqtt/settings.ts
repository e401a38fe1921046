import type { Command } from '../command.js'
import { wrongUsage } from '../refusal.js'
import { fields } from '../table.js'
import { cell } from './pages.js'

type Value = string | number | boolean

export const mqttSettings: Command = {
  name: 'mqtt settings',
  takes: ['[NAME=VALUE…]'],
  summary: 'shows the settings of the MQTT broker, or changes some',
  details: 'Changes apply at once and survive restarts: all that are named, or none.',
  options: ['json', 'data'],
  example: 'patchbay mqtt settings max_queue_length=500 queue_qos0=true',
  async run({ words, server, printed, print }) {
    const changes = Object.fromEntries(words.map(change))
    const client = await server()
    const path = '/mqtt/v1/settings'
    const answer = await (words.length === 0
      ? client.get<{ settings: Record<string, Value> }>(path)
      : client.patch<{ settings: Record<string, Value> }>(path, changes))
    if (printed(answer)) return
    const shown = Object.entries(answer.settings).filter(([name]) => words.length === 0 || name in changes)
    print(fields(shown.map(([name, value]) => [name, cell(value)])))
  },
}

function change(word: string): [string, Value] {
  const equals = word.indexOf('=')
  if (equals < 1) throw wrongUsage(`"${word}" is not NAME=VALUE`, 'patchbay mqtt settings max_queue_length=500')
  const text = word.slice(equals + 1)
  const value =
    text === 'true' || text === 'false' ? text === 'true' : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  return [word.slice(0, equals), value]
}
