import { didYouMean } from '../../config/nearest.js'
import type { Command } from '../command.js'
import { Refusal, wrongUsage } from '../refusal.js'
import { fields } from '../table.js'
import { cell } from './pages.js'

type Value = string | number | boolean
type Settings = Record<string, Value>

export const mqttSettings: Command = {
  name: 'mqtt settings',
  takes: ['[NAME[=VALUE]…]'],
  summary: 'shows the settings of the MQTT broker, all or those that are named, or changes some',
  details: [
    'Changes apply at once and survive restarts: all that are named, or none. They win over patchbay.yml:',
    '"patchbay config show" tells where each value comes from, "patchbay config clear" takes changes back.',
  ].join('\n'),
  options: ['json', 'data'],
  example: 'patchbay mqtt settings max_queue_length=500 queue_qos0=true',
  async run({ words, server, printed, print }) {
    const asked = words.filter(word => !word.includes('='))
    if (asked.length > 0 && asked.length < words.length) {
      throw wrongUsage(`"${asked[0]}" is not NAME=VALUE`, 'patchbay mqtt settings max_queue_length=500')
    }
    const changes = asked.length > 0 ? [] : words.map(change)
    const client = await server()
    const path = '/mqtt/v1/settings'
    const answer = await (changes.length === 0
      ? client.get<{ settings: Settings }>(path)
      : client.patch<{ settings: Settings }>(path, Object.fromEntries(changes)))
    if (printed(answer)) return
    const names = words.length === 0 ? Object.keys(answer.settings) : words.map(word => word.split('=')[0]!)
    print(fields(names.map(name => [name, cell(settingIn(name, answer.settings))])))
  },
}

function settingIn(name: string, settings: Settings): Value {
  if (Object.hasOwn(settings, name)) return settings[name]!
  throw new Refusal(`there is no setting "${name}"${didYouMean(name, Object.keys(settings))}`, {
    code: 'not_found',
    hint: 'patchbay mqtt settings lists them; to change one: NAME=VALUE, without blanks',
  })
}

function change(word: string): [string, Value] {
  const equals = word.indexOf('=')
  if (equals < 1) throw wrongUsage(`"${word}" is not NAME=VALUE`, 'patchbay mqtt settings max_queue_length=500')
  const text = word.slice(equals + 1)
  const value =
    text === 'true' || text === 'false' ? text === 'true' : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  return [word.slice(0, equals), value]
}
