import { Child } from './parts/child.js'
import { costOf } from './parts/cost.js'
import { fetchText, Generator, request } from './parts/load.js'
import type { CrowdVerbs } from './parts/mqtt-crowd.js'
import { benchmark, option } from './parts/program.js'
import { type ServerVerbs, startPatchbay } from './parts/servers.js'
import { median, spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import { freePort } from './parts/temporary.js'

/** Milliseconds: of one request, of a filtered count, and of a turn of the event loop during it. */
const SLOWEST = 5
const COUNT = 20
const LONGEST_TURN = 5

/** What any request takes on this machine now. */
const CONTROL = 'a request that asks the broker nothing'
const NODE = 'emq%40127.0.0.1'

function requests(clients: number): Record<string, string> {
  const some = Math.floor(clients / 2)
  return {
    'a page of 20 clients, EMQ': `/api/v2/nodes/${NODE}/clients?curr_page=3&page_size=20`,
    'a page of 20 clients, native': '/mqtt/v1/clients?state=connected&limit=20',
    'one client, EMQ': `/api/v2/clients/sensor-${some}`,
    'one client, native': `/mqtt/v1/clients/sensor-${some}`,
    'a route, EMQ': `/api/v2/routes/sensors/${some}/commands`,
    'a route, native': `/mqtt/v1/routes/sensors/${some}/commands`,
    [CONTROL]: '/kernel/services',
  }
}

const FILTERED = {
  'by a part of the id': '/mqtt/v1/clients?like=sensor-9&limit=1',
  'by network': '/mqtt/v1/clients?address=127.0.0.0/8&limit=1',
  'by three filters': '/mqtt/v1/clients?like=*9&address=127.0.0.0/8&transport=tcp&limit=1',
}

/** Administration of a broker with many clients, while messages flow. */
async function mqttAdmin(): Promise<Row[]> {
  const clients = option('clients', 10_000)
  const rate = option('messages', 5000)
  const ms = option('window', 2000)
  const port = await freePort()
  const server = await startPatchbay({
    start: ['auth', 'mqtt-broker', 'mqtt-admin'],
    plugins: {
      'mqtt-broker': { port, ws_port: false, max_connection_rate: 0 },
      'xmpp-server': { port: 0, tls_port: 0 },
    },
  })
  const crowd = new Child<CrowdVerbs>('mqtt-crowd', { port, clients })
  const generator = new Generator()
  const connected = await crowd.ask('connect')
  const http = await server.ask('port')
  // The first request has its credentials verified the slow way.
  await fetchText(http, '/mqtt/v1/stats')
  for (const path of Object.values(requests(clients))) {
    const { status, body } = await fetchText(http, path)
    if (status !== 200 || !/sensor|services/.test(body)) throw new Error(`${path}: ${status} ${body}`)
  }
  const quiet = await counted(server)
  const costs: Row[] = []
  for (const [what, path] of Object.entries(requests(clients))) {
    const order = { exchanges: [{ request: request('GET', path), before: '' }], connections: 8, ms, anyBody: true }
    costs.push(note(`${what}: CPU`, `${(await costOf(server, generator, order)).micros.toFixed(0)} µs`))
  }
  await crowd.ask('flow', rate)
  const latencies = new Map<string, number[]>()
  for (let round = 0; round < option('rounds', 7); round++) {
    for (const [what, path] of Object.entries(requests(clients))) {
      const exchanges = [{ request: request('GET', path), before: '' }]
      const order = { port: http, exchanges, connections: 8, rate: 200, ms, anyBody: true, sleeps: true }
      const { latency, failed, firstFailure } = await generator.ask('load', order)
      if (failed > 0) throw new Error(firstFailure)
      latencies.set(what, [...(latencies.get(what) ?? []), latency.p99])
    }
  }
  const busy = await counted(server)
  const { sent, closed } = await crowd.ask('stop')
  await Promise.all([generator.end(), crowd.end(), server.end()])
  return [
    note('clients connected, messages a second, connections lost', `${connected}, ${sent.toFixed(0)}, ${closed}`),
    ...[...latencies].map(([what, p99]) => latencyRow(what, p99)),
    ...costs,
    ...countRows('filtered count', quiet, true),
    ...countRows('the same while messages flow', busy, false),
  ]
}

function latencyRow(what: string, p99: number[]): Row {
  const measured = `${spread(p99)} ms`
  if (what === CONTROL) return note(`${what}: p99`, measured)
  return bar(`${what}: p99`, measured, `≤ ${SLOWEST} ms`, median(p99) <= SLOWEST)
}

type Counts = Record<string, { took: number[]; longest: number[] }>

async function counted(server: Child<ServerVerbs>): Promise<Counts> {
  const counts: Counts = {}
  for (const [what, path] of Object.entries(FILTERED)) {
    const samples: { took: number; longest: number }[] = []
    for (let round = -5; round < option('counts', 30); round++) {
      const sample = await server.ask('turns', path)
      if (round >= 0) samples.push(sample)
    }
    counts[what] = { took: samples.map(({ took }) => took), longest: samples.map(({ longest }) => longest) }
  }
  return counts
}

function countRows(title: string, counts: Counts, judged: boolean): Row[] {
  return Object.entries(counts).flatMap(([what, { took, longest }]) => {
    const [time, turn] = [`${spread(took)} ms`, `${spread(longest)} ms`]
    const names = [`${title} ${what}: time`, `${title} ${what}: longest turn`] as const
    if (!judged) return [note(names[0], time), note(names[1], turn)]
    return [
      bar(names[0], time, `≤ ${COUNT} ms`, median(took) <= COUNT),
      bar(names[1], turn, `≤ ${LONGEST_TURN} ms`, median(longest) <= LONGEST_TURN),
    ]
  })
}

void benchmark('Administration of MQTT', mqttAdmin)
