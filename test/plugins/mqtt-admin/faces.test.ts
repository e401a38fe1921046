import test from 'ava'
import { testKernel } from 'patchbay/testing'
import { localTime, uptime } from '../../../plugins/mqtt-admin/emq/time.js'
import mqttAdmin from '../../../plugins/mqtt-admin/index.js'
import { session, standIn } from './stand-in.js'

const since = new Date(2026, 0, 2, 3, 4, 5)
const clients = () =>
  Array.from({ length: 45 }, (_, index) =>
    session({
      clientId: `c${index}`,
      username: index % 2 ? `u${index}` : undefined,
      port: 1000 + index,
      connectedAt: since.getTime(),
    }),
  )

test('lists are pages of 20 unless said', async t => {
  const kernel = await testKernel(mqttAdmin, { with: [standIn({ sessions: clients() }).plugin] })
  const page = async (query: string) =>
    (
      (await (await kernel.fetch(`/api/v2/nodes/emq@127.0.0.1/clients${query}`)).json()) as {
        result: { objects: object[] }
      }
    ).result
  const first = await page('')
  t.like(first, { current_page: 1, page_size: 20, total_num: 45, total_page: 3 })
  t.is(first.objects.length, 20)
  t.deepEqual(first.objects[1], {
    client_id: 'c1',
    username: 'u1',
    ipaddress: '10.0.0.1',
    port: 1001,
    clean_sess: true,
    proto_ver: 4,
    keepalive: 60,
    connected_at: '2026-01-02 03:04:05',
  })
  t.is((await page('?curr_page=3')).objects.length, 5)
  await kernel.close()
})

test('session show has a limit of 100, filters, and shows only what is selected', async t => {
  const kernel = await testKernel(mqttAdmin, { with: [standIn({ sessions: clients() }).plugin] })
  const table = async (query: string) =>
    ((await (await kernel.fetch(`/api/v1/session/show${query}`)).json()) as { table: object[] }).table
  t.is((await table('')).length, 45)
  t.is((await table('?--limit=7')).length, 7)
  t.deepEqual(await table('?--user=u3'), [
    { client_id: 'c3', is_online: true, mountpoint: '', peer_host: '10.0.0.1', peer_port: 1003, user: 'u3' },
  ])
  t.deepEqual(await table('?--user&--peer_port=1003&--client_id'), [{ client_id: 'c3', user: 'u3' }])
  await kernel.close()
})

test('session disconnect asks the backend, and forgets with --cleanup', async t => {
  const { plugin, asked } = standIn({ sessions: clients() })
  const kernel = await testKernel(mqttAdmin, { with: [plugin] })
  await kernel.fetch('/api/v1/session/disconnect?client-id=c1')
  await kernel.fetch('/api/v1/session/disconnect?client-id=c%2F2&-c')
  await kernel.fetch('/api/v1/session/disconnect?client-id=c3&--mountpoint=other')
  t.deepEqual(asked, ['disconnect c1', 'forget c/2'])
  await kernel.close()
})

test('uptime has no blank after the days', t => {
  t.is(uptime(7_000), '7 seconds')
  t.is(uptime(212_000), '3 minutes, 32 seconds')
  t.is(uptime(((2 * 24 + 1) * 3600 + 5 * 60 + 7) * 1000), '2 days,1 hours, 5 minutes, 7 seconds')
})

test('times are local', t => t.is(localTime(since), '2026-01-02 03:04:05'))
