import test from 'ava'
import type { Exchange } from './exchange.js'
import { testRows } from './frame.js'
import { openHouse, type TestHouse } from './house.js'

let house: TestHouse
test.before(async () => {
  house = await openHouse({ start: ['sip-provisioning'] })
})
test.after.always(() => house?.close())

const NO_NODE = {
  status: 404,
  type: 'application/json; charset=utf-8',
  has: { 'Cache-Control': 'no-store' },
  answer: { response: 'invalid', cause: 'node', detail: 'there is no such node' },
}
// contracts/hermes.md §1.2; the nodes come with the plugin
const FRAME: Exchange[] = [
  { path: '/api/user/nope', method: 'POST', ...NO_NODE },
  { path: '/api/user/nope/', method: 'POST', ...NO_NODE },
  { path: '/api/user/__proto__', method: 'POST', ...NO_NODE },
  { path: '/hermes/api/user/nope', method: 'POST', body: 'a=b', ...NO_NODE },
  { path: '/hermes/api/constructor/toString', method: 'POST', ...NO_NODE },
  { path: '/hermes/api/user/nope', ...NO_NODE },
]
testRows(test, () => house, 'frame', FRAME)
