import { onOneLine } from '../../log-text.js'
import type { Call, Command } from '../command.js'
import { path } from '../control-client.js'
import { wrongUsage } from '../refusal.js'
import { printList } from './pages.js'

interface Subscription {
  client_id: string
  topic: string
  qos: number
}

const columns = { TOPIC: ({ topic }: Subscription) => topic, QOS: ({ qos }: Subscription) => qos }

export const mqttSubscriptions: Command = {
  name: 'mqtt subscriptions',
  takes: ['[ID]'],
  summary: 'lists the subscriptions of one MQTT client, or of all',
  options: ['matches', 'limit', 'json', 'data'],
  example: 'patchbay mqtt subscriptions --matches sensors/7/state',
  async run(call) {
    const [id] = call.words
    const { matches } = call.options
    if (id === undefined) {
      const query = new URLSearchParams(matches === undefined ? {} : { matches })
      const whose = { 'CLIENT ID': ({ client_id }: Subscription) => client_id, ...columns }
      return printList(call, '/mqtt/v1/subscriptions', 'subscriptions', query, whose)
    }
    if (matches !== undefined) throw wrongUsage('"--matches" looks at all clients, so it takes no ID')
    await printList(call, path`/mqtt/v1/clients/${id}/subscriptions`, 'subscriptions', new URLSearchParams(), columns)
  },
}

export const mqttSubscribe: Command = {
  name: 'mqtt subscribe',
  takes: ['ID', 'FILTER…'],
  summary: 'subscribes an MQTT client, as if it had asked; also while it is away',
  options: ['qos', 'json', 'data'],
  example: "patchbay mqtt subscribe sensor-7 'alerts/#' --qos 1",
  async run(call) {
    const [id = '', ...topics] = call.words
    const qos = qosIn(call)
    const body = { subscriptions: topics.map(topic => ({ topic, qos })) }
    const client = await call.server()
    const answer = await client.post<{ results: { topic: string; granted: number | null }[] }>(
      path`/mqtt/v1/clients/${id}/subscribe`,
      body,
    )
    if (call.printed(answer)) return
    for (const { topic, granted } of answer.results) {
      call.print(`${onOneLine(topic)}: ${granted === null ? 'refused' : `QoS ${granted}`}`)
    }
    if (answer.results.some(({ granted }) => granted === null)) call.ends(1)
  },
}

export const mqttUnsubscribe: Command = {
  name: 'mqtt unsubscribe',
  takes: ['ID', 'FILTER…'],
  summary: 'unsubscribes an MQTT client, as if it had asked',
  options: ['json', 'data'],
  example: "patchbay mqtt unsubscribe sensor-7 'alerts/#'",
  async run({ words: [id = '', ...topics], server, printed, print }) {
    const answer = await (await server()).post<{ results: { topic: string; was_subscribed: boolean }[] }>(
      path`/mqtt/v1/clients/${id}/unsubscribe`,
      { topics },
    )
    if (printed(answer)) return
    for (const { topic, was_subscribed } of answer.results) {
      print(`${onOneLine(topic)}: ${was_subscribed ? 'unsubscribed' : 'was not subscribed'}`)
    }
  },
}

export function qosIn({ options: { qos = '0' } }: Call): number {
  if (/^[012]$/.test(qos)) return Number(qos)
  throw wrongUsage(`"--qos ${qos}" is none`, 'it is 0, 1 or 2')
}
