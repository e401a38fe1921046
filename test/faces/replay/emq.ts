import { ADMIN, EVERYTHING_ELSE, openHouse, PASSWORD } from '../house.js'
import { connectClient } from '../mqtt.js'
import { readLines } from '../recordings.js'
import type { Script } from './script.js'

export const EMQ: Script = {
  file: 'emq-2.3.jsonl',
  read: readLines,
  async open() {
    const emq = { port: 0, request_handlers: { '/': 'emq' } }
    const house = await openHouse({
      start: ['mqtt-broker', 'mqtt-admin'],
      config: { listen: [emq, EVERYTHING_ELSE] },
    })
    const clients = [
      await connectClient(house, { clientId: 'c1', username: 'bob', clean: false, keepalive: 77 }),
      await connectClient(house, { clientId: 'c3', protocolId: 'MQIsdp', protocolVersion: 3 }),
      await connectClient(house, { clientId: 'dev/2 +é' }),
    ]
    return { house, url: house.url, clients }
  },
  translate: [
    ['Basic YWRtaW46cHVibGlj', ADMIN],
    ['"password":"public"', `"password":"${PASSWORD}"`],
    ['emq_auth_username', 'sip-registrar'],
    ['emq_modules', 'sip-registrar'],
    ['emq_retainer', 'auth'],
    [/^\{"retainer\.storage_type".*\}$/, '{"cache_seconds":"50"}'],
    ['retainer.max_message_num', 'cache_seconds'],
  ],
  later: [
    [/ \/api\/v2\/monitoring\//, 'monitoring'],
    [
      / \/api\/v2\/(nodes\/[^/]+\/)?(sessions|subscriptions|alarms|configs)\b.* 200$/,
      'sessions, subscriptions, configs',
    ],
    [/ \/api\/v2\/routes?\b.* 200$/, 'routes'],
    [/ \/api\/v2\/mqtt\/.* (200|hung up)$/, 'mqtt/publish, subscribe, unsubscribe'],
    [/ \/api\/v2\/configs\b.* 200$/, 'configs'],
    [/^PUT \/api\/v2\/clients\/.*clean_acl_cache/, 'clean_acl_cache'],
  ],
  exceptions: {
    162: [200, 'the original tells everybody that there is no such user; ours says `Password error`, as late'],
    180: [401, 'the original hangs up on bad credentials; contracts/mqtt.md §1.4 asks for the 401'],
    181: [401, 'as 180'],
    182: [401, 'as 180'],
    183: [401, 'as 180'],
    187: [404, 'the original hangs up on POST /; it is an unknown method like any other'],
  },
  named: /^GET .*\/(plugins\/?|plugin_configs\/[^/]+) 200$/,
  volatile: ['port', 'version', 'sysdescr', 'uptime', 'datetime', 'otp_release', 'connected_at', 'paths'],
}
