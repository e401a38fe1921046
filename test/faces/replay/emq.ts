import { COUNTERS_NOW, enterRecordedState } from '../emq-state.js'
import { ADMIN, EVERYTHING_ELSE, openHouse, PASSWORD } from '../house.js'
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
    return { house, url: house.url, clients: await enterRecordedState(house) }
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
  later: [],
  exceptions: {
    60: [200, 'which of four routes is the second depends on a hash there, and on the order of subscribing here'],
    101: [200, 'QoS 9 is nothing that could be granted: 2 is, and is what the list shows'],
    131: [200, 'the broker keeps no window for what it sends, so the value is refused with 102 and not taken silently'],
    132: [200, 'no number: refused with 102, where the original says 0 and does nothing (contracts/mqtt.md §1.4)'],
    152: [200, 'code 104: nobody shall log in without a name and a password'],
    162: [200, 'the original tells everybody that there is no such user; ours says `Password error`, as late'],
    163: [200, 'code 104, as 152'],
    172: [200, 'code 104, as 152'],
    187: [404, 'the original hangs up on POST /; it is an unknown method like any other'],
  },
  deviations: [
    [
      /^\S+ \/api\/v2\/users hung up/,
      401,
      'the original hangs up on bad credentials; contracts/mqtt.md §1.4 asks for the 401',
    ],
    [
      /\/monitoring\/\w+\/nope\S* hung up/,
      404,
      'the original hangs up; contracts/mqtt.md §1.4 asks for 404 on an unknown node',
    ],
    [/[?&](curr_page|page_size)=\S* 404/, 200, 'code 108 instead of an empty 404 (contracts/mqtt.md §1.4)'],
    [
      / \/api\/v2\/mqtt\/publish 404 \{/,
      200,
      'a QoS or retain flag that is none: code 108 instead of an empty 404 (§1.4)',
    ],
    [/ hung up [\d.]+$/, 200, 'the original hangs up on a bare number as body; it is a body without parameters, 107'],
    [/^GET \/api\/v2\/node\//, 200, 'the manual says node/ too, so both spellings answer (contracts/mqtt.md §1.4)'],
  ],
  named: /^GET .*\/(plugins\/?|plugin_configs\/[^/]+) 200$/,
  prune: onlyBroker,
  volatile: [
    ...['port', 'version', 'sysdescr', 'uptime', 'datetime', 'otp_release', 'connected_at', 'created_at', 'paths'],
    ...['memory_total', 'memory_used', 'process_available', 'process_used', 'load1', 'load5', 'load15'],
    // Our limits are not theirs, and their figures of sessions lag.
    ...['value', 'max_inflight', 'mqueue_len', 'deliver_msg', 'enqueue_msg'],
    ...COUNTERS_NOW,
  ],
}

/** Of `configs` the keys of the broker, since the plugins are not theirs; `max_fds`, which the recording lacked, away. */
function onlyBroker(answer: unknown): unknown {
  const text = JSON.stringify(answer, (key, value) => {
    if (key === 'max_fds') return 'undefined'
    return Array.isArray(value)
      ? value.filter(each => (each as { app?: string })?.app === undefined || each.app === 'emqttd')
      : value
  })
  return JSON.parse(text)
}
