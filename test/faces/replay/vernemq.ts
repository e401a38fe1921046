import { EVERYTHING_ELSE, KEY, openHouse } from '../house.js'
import { connectClient } from '../mqtt.js'
import { readLines } from '../recordings.js'
import type { Script } from './script.js'

const same = (rows: readonly number[], status: number, why: string) =>
  Object.fromEntries(rows.map(row => [row, [status, why] as const]))

export const VERNEMQ: Script = {
  file: 'vernemq-1.12.jsonl',
  read: readLines,
  async open() {
    const vernemq = { port: 0, request_handlers: { '/': 'vernemq' } }
    const house = await openHouse({
      start: ['mqtt-broker', 'mqtt-admin', 'xmpp-admin'],
      config: { listen: [vernemq, EVERYTHING_ELSE] },
    })
    const away = await connectClient(house, { clientId: 'offl', clean: false })
    await away.subscribeAsync('o/#', { qos: 1 })
    await away.endAsync()
    const clients = [
      await connectClient(house, { clientId: 'c1', username: 'bob', clean: false }),
      await connectClient(house, { clientId: 'c2' }),
      await connectClient(house, { clientId: 'dev/2 é' }),
    ]
    await clients[0]!.subscribeAsync({ 'a/+': { qos: 1 }, q2: { qos: 2 } })
    await clients[1]!.subscribeAsync('a/#', { qos: 2 })
    await clients[0]!.publishAsync('ret/1', 'r1', { qos: 1, retain: true })
    await clients[0]!.publishAsync('o/1', 'queued', { qos: 1 })
    return { house, url: house.url, clients }
  },
  translate: [
    [/^Basic bXlrZXk6.*$/, KEY],
    ['vmq_acl', 'xmpp-admin'],
    ['vmq_passwd', 'sip-registrar'],
  ],
  later: [],
  exceptions: {
    13: [200, "a browser's preflight cannot send credentials, so it needs none (contracts/mqtt.md §2.1, CORS)"],
    31: [400, 'the original crashes on --limit=abc; a bad typed value is the documented 400'],
    36: [200, '~ is an equality test in 1.12; here it is a pattern, as since 2.0'],
    43: [200, 'the original does not find an id with non-ASCII characters; ours does'],
    ...same([61, 62], 200, 'retain delete is a command since 1.13'),
    63: [200, 'bare /cluster is an alias of a command that the original does not have; ours shows the cluster'],
    68: [200, 'both ip and address, active_conns and all_conns as since 1.13, and the other HTTP listener of the test'],
    69: [200, '--tls is a flag since 1.13'],
    89: [200, 'the original crashes on --hook=; ours filters'],
    90: [200, 'the internal plugins are ours to name'],
    ...same([100, 101, 103], 400, 'the documented deviation for a bad key or value (contracts/mqtt.md §2.6)'),
    ...same([102, 108, 109], 400, 'the original crashes without a key, and on an unknown one'),
    ...same([117, 119, 121, 122, 124], 200, 'api-key says what it says since 1.13'),
    132: [200, 'there is no upgrade of a node, and the alert says what there is instead'],
    133: [200, 'node status is a command since 2.0'],
    135: [200, 'log level is a command since 2.0, and says where the level is set'],
    136: [200, 'the recording lacked webhooks; ours shows them'],
    139: [200, 'the original crashes without its release; ours shows the node'],
  },
  bodyless: / \/(api\/v1\/(metrics\/show|describe\/|api-key\/create)\S*|metrics|status) 200$/,
  named: / \/api\/v1\/(plugins|plugin\/show\S*) 200$/,
  prune: withoutProcesses,
  // retry_interval is neutral: nothing is sent again before a reconnect.
  volatile: [
    'retry_interval',
    'peer_port',
    'queue_pid',
    'session_pid',
    'queue_started_at',
    'session_started_at',
    'msg_ref',
  ],
}

/** Names of processes are of the moment. */
function withoutProcesses(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer).replace(/<\d+\.\d+\.\d+>/g, '<process>'))
}
