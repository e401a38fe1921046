import test from 'ava'
import type { RetainedMessage } from '../../../../plugins/mqtt-admin/backend.js'
import { withNative } from './house.js'

const retained = (...topics: string[]) =>
  new Map<string, RetainedMessage>(
    topics.map(topic => [topic, { topic, payload: Buffer.from(`of ${topic}`), qos: 1, retainedAt: 1000 }]),
  )

test('the list matches a filter, in pages, without payloads', async t => {
  await withNative({ retained: retained('a/1', 'a/2', 'a/b/3', '$SYS/x', 'z') }, async ({ get }) => {
    const topics = async (query: string) => {
      const { body } = await get(`/mqtt/v1/retained${query}`)
      return body.messages.map(({ topic }: { topic: string }) => topic)
    }
    t.deepEqual(await topics(''), ['a/1', 'a/2', 'a/b/3', 'z'])
    t.deepEqual(await topics('?filter=a/%2B'), ['a/1', 'a/2'])
    t.deepEqual(await topics('?filter=%24SYS/%23'), ['$SYS/x'])
    const first = (await get('/mqtt/v1/retained?limit=3')).body
    t.deepEqual(first.messages[0], { topic: 'a/1', qos: 1, retained_at: '1970-01-01T00:00:01.000Z', payload_bytes: 6 })
    t.deepEqual(await topics(`?limit=3&after=${first.next}`), ['z'])
    t.is((await get('/mqtt/v1/retained?filter=a%23')).status, 400)
  })
})

test('one message, by its topic with plain or encoded slashes, as JSON or raw', async t => {
  await withNative({ retained: retained('a/1', '/lead', 'b//', 'delete', 'ü%') }, async ({ get, kernel }) => {
    for (const [path, topic] of [
      ['a/1', 'a/1'],
      ['a%2F1', 'a/1'],
      ['%2Flead', '/lead'],
      ['/lead', '/lead'],
      ['b//', 'b//'],
      ['delete', 'delete'],
      [encodeURIComponent('ü%'), 'ü%'],
    ]) {
      const { status, body } = await get(`/mqtt/v1/retained/${path}`)
      t.is(status, 200, path)
      t.like(body, { topic, text: `of ${topic}` })
    }
    t.is((await get('/mqtt/v1/retained/a/2')).status, 404)
    const raw = await kernel.fetch('/mqtt/v1/retained/a/1', { headers: { Accept: 'application/octet-stream' } })
    t.is(await raw.text(), 'of a/1')
    t.is(raw.headers.get('content-type'), 'application/octet-stream')
    t.is(raw.headers.get('x-mqtt-topic'), 'a%2F1')
    t.is(raw.headers.get('x-mqtt-qos'), '1')
    t.is(raw.headers.get('x-content-type-options'), 'nosniff')
  })
})

test('deleting one, and all that match: counted, tried first, and everything only when that is said', async t => {
  const state = { retained: retained('a/1', 'a/2', 'b', 'c') }
  await withNative(state, async ({ send, retained: left }) => {
    const remove = (body: unknown) => send('POST', '/mqtt/v1/retained/delete', body)
    t.deepEqual((await send('DELETE', '/mqtt/v1/retained/b')).body, { topic: 'b', deleted: true })
    t.is((await send('DELETE', '/mqtt/v1/retained/b')).status, 404)
    t.deepEqual((await remove({ filter: 'a/+', dry_run: true })).body, { matched: 2, deleted: 0, dry_run: true })
    t.is(left.size, 3)
    t.deepEqual((await remove({ filter: 'a/+' })).body, { matched: 2, deleted: 2, dry_run: false })
    t.deepEqual([...left.keys()], ['c'])
    for (const body of [{ filter: '#' }, {}, { all: true }, { filter: '' }, { filter: 'c', dryrun: true }]) {
      t.is((await remove(body)).status, 400, JSON.stringify(body))
    }
    t.is(left.size, 1)
    t.deepEqual((await remove({ filter: '#', all: true })).body, { matched: 1, deleted: 1, dry_run: false })
  })
})

test('thousands are deleted in blocks', async t => {
  const topics = Array.from({ length: 2500 }, (_, index) => `many/${index}`)
  await withNative({ retained: retained(...topics, 'other') }, async ({ send, retained: left }) => {
    const { body } = await send('POST', '/mqtt/v1/retained/delete', { filter: 'many/#' })
    t.deepEqual(body, { matched: 2500, deleted: 2500, dry_run: false })
    t.deepEqual([...left.keys()], ['other'])
  })
})
