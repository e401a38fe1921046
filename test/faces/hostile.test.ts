import test from 'ava'
import { ask, sendRaw } from './exchange.js'
import { ADMIN, openHouse, type TestHouse } from './house.js'

let house: TestHouse
test.before(async () => {
  house = await openHouse({ start: ['mqtt-broker', 'mqtt-admin', 'xmpp-admin', 'sip-provisioning'] })
})
test.after.always(() => house?.close())

const CALLS = [
  'GET /admin_rest/module/x',
  'PUT /admin_rest/module/x',
  'POST /api/restart_module',
  'GET /api/modules_available',
  'GET /api/v1/session/show',
  'PUT /api/v2/nodes/emq@127.0.0.1/plugins/x',
  'GET /api/v2/clients/x',
  'POST /hermes/api/user/x',
  'GET /kernel/plugins/x',
  'GET /status',
]
const alive = async () => (await ask(house.url, { path: '/admin_rest/ping', headers: { Authorization: ADMIN } })).status

/** What no client may ever see, whatever it has sent. */
const LEAK = /\bat .+:\d+|node_modules|Error:|\.js\b/

for (const call of CALLS) {
  const head = (...more: string[]) =>
    `${[`${call} HTTP/1.1`, 'Host: x', 'Connection: close', `Authorization: ${ADMIN}`, ...more].join('\r\n')}\r\n\r\n`
  const limit = 1_048_576
  const inputs: [name: string, bytes: string][] = [
    ['a body over the limit, announced', head(`Content-Length: ${limit + 1}`)],
    ['a body over the limit, chunked', `${head('Transfer-Encoding: chunked')}100001\r\n${'x'.repeat(limit + 1)}\r\n`],
    ['an enormous Content-Length', head('Content-Length: 99999999999999999999')],
    ['a negative Content-Length', head('Content-Length: -1')],
    ['two different lengths', head('Content-Length: 2', 'Content-Length: 3')],
    ['a path with NUL', head().replace(' HTTP/1.1', '\0 HTTP/1.1')],
    ['a path of 20 KB', head().replace(' HTTP/1.1', `${'x'.repeat(20_000)} HTTP/1.1`)],
    ['a path with bytes that are not UTF-8', head().replace(' HTTP/1.1', '\xff\xfe HTTP/1.1')],
    ['an absolute address', head().replace(' /', ' http://elsewhere/')],
    ['deeply nested JSON', `${head('Content-Length: 200000')}${'['.repeat(200_000)}`],
    ['a lone surrogate', `${head('Content-Type: application/json', 'Content-Length: 16')}{"a":"\\ud800 "}  `],
    ['an unknown method', head().replace(/^\S+/, 'PROPFIND')],
    ['two Authorization headers', head('Authorization: Basic !!!')],
  ]
  for (const [name, bytes] of inputs) {
    test(`${call} survives ${name}`, async t => {
      // The server may hang up while we still send; that, too, is an answer.
      const answer = await sendRaw(house.url, bytes).catch((thrown: NodeJS.ErrnoException) => {
        if (thrown.code === 'ECONNRESET' || thrown.code === 'EPIPE') return ''
        throw thrown
      })
      t.notRegex(answer, LEAK)
      t.notRegex(answer, /^HTTP\/1\.1 500 .*<html/is)
      if (!/module\/x|plugins\/x/.test(call)) t.notRegex(answer, /^HTTP\/1\.1 500 /)
      t.is(await alive(), 200)
    })
  }
}
