import test from 'ava'
import { plugin } from 'patchbay'
import { testKernel } from 'patchbay/testing'
import { AddressSet, plainAddress } from '../../kernel/names/address-set.js'

const INSIDE: [set: string[], address: string, inside: boolean][] = [
  [[], '127.0.0.1', false],
  [['127.0.0.1'], '127.0.0.1', true],
  [['127.0.0.1'], '127.0.0.2', false],
  // As the manual prints it: the bits behind the prefix do not matter.
  [['127.0.0.1/8'], '127.9.9.9', true],
  [['127.0.0.1/8'], '128.0.0.1', false],
  [['0.0.0.0/0'], '203.0.113.7', true],
  [['0.0.0.0/0'], '::1', false],
  [['::1/128'], '::1', true],
  [['2001:db8::/32'], '2001:db8:1::5', true],
  [['2001:db8::/32'], '2001:db9::5', false],
  [['::ffff:10.0.0.0/104'], '10.1.2.3', true],
  [['all'], '203.0.113.7', true],
  [['10.0.0.0/8', '::1'], '::1', true],
  [['all'], 'not an address', true],
  [['127.0.0.1'], '', false],
  [['127.0.0.1'], '127.0.0.1, 10.0.0.1', false],
]
for (const [set, address, inside] of INSIDE) {
  test(`${JSON.stringify(address)} is ${inside ? '' : 'not '}in [${set}]`, t => {
    const addresses = new AddressSet(set)
    t.is(addresses.has(address), inside)
    t.is(addresses.has(address), inside, 'remembered')
  })
}

for (const wrong of ['localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::1/129', '10.0.0', '', '10.0.0.0/-1']) {
  test(`${JSON.stringify(wrong)} is refused with a sentence`, t => {
    t.throws(() => new AddressSet([wrong]), { message: /is no address and no network: expected one such as/ })
  })
}

test('an address has one spelling', t => {
  t.is(plainAddress('::ffff:10.0.0.1'), '10.0.0.1')
  t.is(plainAddress('fe80::1%eth0'), 'fe80::1')
})

/** Says from where it believes to be called. */
const mirror = plugin({
  name: 'mirror',
  version: '1.0.0',
  permissions: { look: 'Look' },
  start(ctx) {
    ctx.authenticate({
      recall: () => undefined,
      verify: async () => ({ kind: 'operator', name: 'x' }),
      permits: (_identity, call) => {
        seen = call.address
        return true
      },
    })
    ctx.route('GET', '/mirror', { permission: 'look' }, () => ({ seen }))
  },
})
let seen = ''

const FORWARDED: [proxies: string[], header: string | undefined, seen: string, why: string][] = [
  [[], '10.0.0.1', '127.0.0.1', 'nobody is trusted'],
  [['10.0.0.0/8'], '10.0.0.1', '127.0.0.1', 'the connection itself is not from a proxy'],
  [['127.0.0.1'], undefined, '127.0.0.1', 'the proxy says nothing'],
  [['127.0.0.1'], '203.0.113.7', '203.0.113.7', 'the proxy is believed'],
  [['127.0.0.1'], '1.1.1.1, 203.0.113.7', '203.0.113.7', 'what stands before the last hop is hearsay'],
  [['127.0.0.1', '10.0.0.0/8'], '203.0.113.7, 10.0.0.1', '203.0.113.7', 'a chain of proxies'],
  [['all'], '203.0.113.7, 198.51.100.1', '203.0.113.7', 'everybody is trusted'],
  [['127.0.0.1'], 'garbage', 'unknown', 'no address, and certainly not the proxy'],
  [['127.0.0.1'], '203.0.113.7, garbage', 'unknown', 'the last hop is no address'],
  [['127.0.0.1'], '203.0.113.09', 'unknown', 'nearly an address'],
  [['127.0.0.1'], '203.0.113.7:4711', '203.0.113.7', 'some proxies add the port'],
  [['127.0.0.1'], '[2001:db8::1]:4711', '2001:db8::1', 'also to IPv6'],
  [['127.0.0.1'], '[2001:db8::1]', '2001:db8::1', 'or only the brackets'],
  [['127.0.0.1'], '::ffff:203.0.113.7', '203.0.113.7', 'a mapped address'],
  [['127.0.0.1'], Array(60).fill('127.0.0.1').join(','), '127.0.0.1', 'more hops than anybody has'],
]
for (const [trusted_proxies, header, wanted, why] of FORWARDED) {
  test.serial(`X-Forwarded-For: ${header?.slice(0, 40)} with [${trusted_proxies}] trusted: ${why}`, async t => {
    const house = await testKernel(mirror, { config: { trusted_proxies } })
    const headers = { Authorization: 'Basic eDp4', ...(header === undefined ? {} : { 'X-Forwarded-For': header }) }
    t.deepEqual(await (await house.fetch('/mirror', { headers })).json(), { seen: wanted })
    await house.close()
  })
}

test.serial(
  'a listener with allow_ips refuses everybody else on every face, before credentials are looked at',
  async t => {
    const entry = { port: 0, request_handlers: { '/': 'everything' } }
    const house = await testKernel(undefined, { config: { listen: [{ ...entry, allow_ips: ['10.0.0.0/8'] }] } })
    for (const path of ['/kernel/plugins', '/admin_rest/ping', '/api/status', '/api/v1/plugin/show', '/api/v2/users']) {
      const response = await house.fetch(path)
      t.is(response.status, 403, path)
      t.regex(await response.text(), /127\.0\.0\.1 may not use the listener/)
    }
    t.is((await house.local('/kernel/plugins')).status, 200, 'the control socket is no listener')
    await house.close()
    const open = await testKernel(undefined, { config: { listen: [{ ...entry, allow_ips: '127.0.0.0/8' }] } })
    t.is((await open.fetch('/kernel/plugins')).status, 200)
    await open.close()
  },
)

test('a wrong network in the configuration is refused with its path', async t => {
  await t.throwsAsync(testKernel(undefined, { config: { trusted_proxies: ['10.0.0.0/99'] } }), {
    message: /"trusted_proxies": "10.0.0.0\/99" is no address and no network/,
  })
  await t.throwsAsync(testKernel(undefined, { config: { listen: [{ port: 0, allow_ips: 'here' }] } }), {
    message: /"listen\[0\].allow_ips": "here" is no address/,
  })
})
