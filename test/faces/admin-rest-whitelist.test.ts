import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Store } from '../../kernel/store/store.js'
import { compare, type Exchange } from './exchange.js'
import { ADMIN, asAdmin, openHouse, type TestHouse } from './house.js'

const says = (status: number, result: unknown) => ({ status, type: 'application/json', answer: { result } })
const at = (method: string, entry = '') => ({ method, path: `/admin_rest/whitelist${entry && `/${entry}`}` })
const listed = (...whitelist: string[]) => says(200, { whitelist, count: whitelist.length })
const NOTHING = says(200, { whitelist: {}, count: 0 })
const NO_PATH = says(404, 'Invalid request path')
const LOCKED_OUT = { status: 401, type: null, answer: '' }
/** From another address, as a proxy that is trusted tells it. */
const from = (address: string, row: Exchange): Exchange => ({ ...row, headers: { 'X-Forwarded-For': address } })

async function withHouse(act: (house: TestHouse) => Promise<void>, written?: readonly string[]): Promise<void> {
  const plugins = { 'xmpp-admin': written ? { admin_rest_whitelist: written } : {} }
  const house = await openHouse({ start: ['xmpp-admin'], plugins, config: { trusted_proxies: ['127.0.0.1'] } })
  try {
    await act(house)
  } finally {
    await house.close()
  }
}

test('the first address that is added takes the caller along, and nobody else gets in', async t => {
  await withHouse(async house => {
    const rows: Exchange[] = [
      { ...at('GET'), ...NOTHING },
      { ...at('DELETE', '1.2.3.4'), ...says(404, 'IP is not whitelisted: 1.2.3.4') },
      { ...at('PUT'), ...NO_PATH },
      { ...at('DELETE'), ...NO_PATH },
      { ...at('PUT', '10.9.8.7'), ...says(200, 'IP added to whitelist: 10.9.8.7') },
      { ...at('GET'), ...listed('10.9.8.7', '127.0.0.1') },
      from('10.9.8.7', { ...at('GET'), ...listed('10.9.8.7', '127.0.0.1') }),
      from('10.9.8.8', { ...at('GET'), ...LOCKED_OUT }),
      { ...at('PUT', '10.9.8.7'), ...says(200, 'IP added to whitelist: 10.9.8.7') },
      { ...at('PUT', '192.0.2.0/24'), ...says(200, 'IP added to whitelist: 192.0.2.0/24') },
      { ...at('PUT', '2001:db8::%2F32'), ...says(200, 'IP added to whitelist: 2001:db8::/32') },
      from('192.0.2.200', { ...at('GET'), status: 200 }),
      from('2001:db8:1::1', { ...at('GET'), status: 200 }),
      from('2001:db9::1', { ...at('GET'), ...LOCKED_OUT }),
      { ...at('PUT', '2001:DB8::7'), ...says(200, 'IP added to whitelist: 2001:db8::7') },
      { ...at('DELETE', '2001:db8::7'), ...says(200, 'IP removed from whtielist: 2001:db8::7') },
      { ...at('PUT', '::ffff:10.1.1.1'), ...says(200, 'IP added to whitelist: 10.1.1.1') },
      from('10.1.1.1', { ...at('GET'), status: 200 }),
      { ...at('DELETE', '::ffff:10.1.1.1'), ...says(200, 'IP removed from whtielist: 10.1.1.1') },
      { ...at('DELETE', '192.0.2.0/24'), ...says(200, 'IP removed from whtielist: 192.0.2.0/24') },
      { ...at('DELETE', '127.0.0.1'), status: 400, answer: /^\{"result":"You call from 127\.0\.0\.1, which only/ },
      from('10.9.8.7', { ...at('DELETE', '127.0.0.1'), ...says(200, 'IP removed from whtielist: 127.0.0.1') }),
      { ...at('GET'), ...LOCKED_OUT },
    ]
    for (const row of rows) compare(t, row, await house.ask(asAdmin(row)))
    const local = await house.local('/admin_rest/whitelist/10.9.8.7', { method: 'DELETE' })
    t.is(local.status, 200, 'the control socket always works')
  })
})

test('what is no address is refused with a sentence', async t => {
  await withHouse(async house => {
    for (const entry of ['nonsense', '1.2.3', '10.0.0.0/33', '10.0.0.0/x', '%00', '-1', 'a'.repeat(4000)]) {
      const row = { ...at('PUT', entry), status: 400, answer: /is no address and no network/ }
      compare(t, row, await house.ask(asAdmin(row)))
    }
    compare(t, { path: '', ...NOTHING }, await house.ask(asAdmin(at('GET'))))
  })
})

test('it wins over the file, is shown as an override, and goes when the overrides are cleared', async t => {
  await withHouse(
    async house => {
      const shown = async () => {
        const { body } = await house.ask({ path: '/kernel/config', headers: { Authorization: ADMIN } })
        const { settings } = JSON.parse(body) as { settings: { key: string; value: string; source: string }[] }
        const { value, source } = settings.find(({ key }) => key === 'plugins.*.admin_rest_whitelist')!
        return [JSON.parse(value), source]
      }
      t.deepEqual(await shown(), [['127.0.0.1'], 'file'])
      t.is((await house.ask(asAdmin(at('PUT', '10.0.0.1')))).status, 200)
      t.deepEqual(await shown(), [['127.0.0.1', '10.0.0.1'], 'override'])
      t.is((await house.ask(asAdmin({ method: 'PUT', path: '/admin_rest/reload' }))).status, 200)
      t.deepEqual(await shown(), [['127.0.0.1', '10.0.0.1'], 'override'])
      await house.local('/kernel/plugins/xmpp-admin/options', { method: 'DELETE' })
      t.deepEqual(await shown(), [['127.0.0.1'], 'file'])
    },
    ['127.0.0.1'],
  )
})

test('many who add at once are all on the list', async t => {
  await withHouse(async house => {
    const entries = Array.from({ length: 20 }, (_, index) => `10.0.0.${index + 1}`)
    await Promise.all(entries.map(entry => house.ask(asAdmin(at('PUT', entry)))))
    const { result } = JSON.parse((await house.ask(asAdmin(at('GET')))).body) as { result: { whitelist: string[] } }
    t.deepEqual([...result.whitelist].sort(), [...entries, '127.0.0.1'].sort())
  })
})

test('it survives a restart', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const first = await openHouse({ start: ['xmpp-admin'], store: await Store.open(folder) })
  t.is((await first.ask(asAdmin(at('PUT', '10.0.0.1')))).status, 200)
  await first.close()
  const second = await openHouse({ store: await Store.open(folder) })
  compare(t, { path: '', ...listed('10.0.0.1', '127.0.0.1') }, await second.ask(asAdmin(at('GET'))))
  await second.close()
})
