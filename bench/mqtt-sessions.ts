import { setTimeout as pause } from 'node:timers/promises'
import { Child } from './parts/child.js'
import type { MqttVerbs } from './parts/mqtt-clients.js'
import { benchmark, option } from './parts/program.js'
import { startPatchbay } from './parts/servers.js'
import { spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import { freePort } from './parts/temporary.js'

/** Sessions that publish to each other at QoS 1, while the face and the broker beneath them are reloaded in turn. */
async function mqttSessions(): Promise<Row[]> {
  const sessions = option('sessions', 1000)
  const reloads = option('reloads', 500)
  const port = await freePort()
  const names = ['mqtt-admin', 'mqtt-broker'] as const
  const server = await startPatchbay({
    start: ['auth', 'mqtt-broker', 'mqtt-admin'],
    plugins: { 'mqtt-broker': { port, ws_port: 0 }, 'xmpp-server': { port: 0, tls_port: 0 } },
  })
  const clients = new Child<MqttVerbs>('mqtt-clients', { port, sessions, rate: option('rate', 2000) })
  const opened = await clients.ask('connect')
  await clients.ask('publish')
  const times = { 'mqtt-admin': [] as number[], 'mqtt-broker': [] as number[] }
  for (let reload = 0; reload < reloads; reload++) {
    for (const name of names) {
      times[name].push(await server.ask('reload', name))
      await pause(10)
    }
  }
  const { connected, closed, confirmed, lost, repeated, seconds } = await clients.ask('finish')
  await Promise.all([clients.end(), server.end()])
  return [
    bar(
      `${opened} MQTT sessions, ${reloads} reloads of ${names.join(' and of ')}: connections closed`,
      `${closed}, ${connected} still open`,
      '0',
      closed === 0 && connected === sessions,
    ),
    bar('the same: QoS 1 messages lost', `${lost} of ${confirmed}`, '0', lost === 0 && confirmed > 0),
    note('messages a second, delivered twice', `${(confirmed / seconds).toFixed(0)}, ${repeated}`),
    ...names.map(name => note(`a reload of ${name}`, `${spread(times[name])} ms`)),
  ]
}

void benchmark('MQTT sessions during reloads', mqttSessions)
