import { EVERYTHING_ELSE, KEY, openHouse } from '../house.js'
import { connectClient } from '../mqtt.js'
import { readLines } from '../recordings.js'
import type { Script } from './script.js'

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
    return { house, url: house.url, clients }
  },
  translate: [
    [/^Basic bXlrZXk6.*$/, KEY],
    ['vmq_acl', 'xmpp-admin'],
    ['vmq_passwd', 'sip-registrar'],
  ],
  later: [
    [/ \/api\/v1\/session\/show\?.*--(topic|qos|offline_messages|queue_size|msg_ref|node)\b/, 'further columns'],
    [/ \/api\/v1\/session\/(reauthorize|unsubscribe)\b/, 'session reauthorize, unsubscribe'],
    [/ \/api\/v1\/(retain|cluster|listeners?|set|show|describe|config|metrics|node|trace)\b/, 'its commands'],
    [/ \/(status|metrics|health|status\.json)\b/, 'what stands beside the API'],
  ],
  exceptions: {
    13: [200, "a browser's preflight cannot send credentials, so it needs none (contracts/mqtt.md §2.1, CORS)"],
    31: [400, 'the original crashes on --limit=abc; a bad typed value is the documented 400'],
    43: [200, 'the original does not find an id with non-ASCII characters; ours does'],
    ...Object.fromEntries(
      [116, 117, 119, 121, 122, 124].map(row => [row, [200, 'api-key says what it says since 1.13'] as const]),
    ),
    89: [200, 'the original crashes on --hook=; ours filters'],
  },
  named: / \/api\/v1\/(plugins|plugin\/show\S*) 200$/,
  volatile: ['peer_port'],
}
