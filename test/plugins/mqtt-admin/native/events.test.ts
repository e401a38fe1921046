import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import test from 'ava'
import { KernelError } from '../../../../kernel/index.js'
import type { MqttEvent } from '../../../../plugins/mqtt-admin/backend.js'
import { nothing } from '../../../../plugins/mqtt-admin/native/events/recent.js'
import { EventStream } from '../../../../plugins/mqtt-admin/native/events/stream.js'
import { EventReader } from './event-reader.js'
import { withNative } from './house.js'

let number = 0

function event(given: Partial<MqttEvent> = {}): MqttEvent {
  return { id: ++number, at: 1000, event: 'connected', clientId: 'c', username: 'bob', address: '10.0.0.1', ...given }
}

async function eventually(holds: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 400) throw new Error(`still not: ${what}`)
    await pause(10)
  }
}

test.serial('events come as they happen, with their names, ids and JSON', async t => {
  await withNative({}, async ({ kernel, emit }) => {
    const reader = await EventReader.open(kernel)
    t.is(reader.headers['content-type'], 'text/event-stream')
    t.is(reader.headers['cache-control'], 'no-store')
    const told = event({ event: 'publish refused', topic: 'a/b', qos: 1, reason: 'acl' })
    emit(told)
    await eventually(() => reader.seen.length === 1, 'one event')
    t.deepEqual(reader.seen[0]!.data, {
      id: told.id,
      at: '1970-01-01T00:00:01.000Z',
      event: 'publish_refused',
      client_id: 'c',
      username: 'bob',
      address: '10.0.0.1',
      topic: 'a/b',
      qos: 1,
      reason: 'acl',
    })
    t.is(reader.seen[0]!.event, 'publish_refused')
    t.regex(reader.seen[0]!.id!, new RegExp(`^[0-9a-z]+-${told.id}$`))
    reader.close()
  })
})

test.serial('each reader hears what it asked for', async t => {
  await withNative({}, async ({ kernel, emit }) => {
    const queries = [
      '?client_id=a&client_id=b',
      '?username=eve',
      '?event=subscribed,taken_over',
      '?topic=news/%2B',
      '?address=10.1.0.0/16',
      '?client_id=a&event=connected',
    ]
    const readers = await Promise.all(queries.map(query => EventReader.open(kernel, query)))
    emit(event({ clientId: 'a' }))
    emit(event({ clientId: 'b', username: 'eve' }))
    emit(event({ event: 'subscribed', topic: 'news/1' }))
    emit(event({ event: 'subscribed', topic: 'news/1/2' }))
    emit(event({ event: 'taken over', address: '10.1.2.3', username: undefined }))
    emit(event({ clientId: 'a', event: 'disconnected', address: undefined }))
    await eventually(() => readers[0]!.seen.length === 3, 'the last event has come')
    t.deepEqual(
      readers.map(({ names }) => names),
      [
        ['connected', 'connected', 'disconnected'],
        ['connected'],
        ['subscribed', 'subscribed', 'taken_over'],
        ['subscribed'],
        ['taken_over'],
        ['connected'],
      ],
    )
    for (const reader of readers) reader.close()
  })
})

test.serial('a wrong filter is refused, and who may not read hears nothing', async t => {
  await withNative({}, async ({ kernel, get }) => {
    const { status, body } = await get('/mqtt/v1/events?event=conected')
    t.is(status, 400)
    t.regex(body.error.message, /did you mean "connected"\?/)
    t.is((await get('/mqtt/v1/events?topic=a%23')).status, 400)
    t.is((await kernel.fetch('/mqtt/v1/events', { as: 'nobody' })).status, 401)
    t.is((await kernel.fetch('/mqtt/v1/events', { method: 'HEAD' })).status, 200)
  })
})

test.serial(
  'a reload ends the stream, and who comes back with the last id has missed nothing and hears nothing twice',
  async t => {
    await withNative({}, async ({ kernel, emit }) => {
      const all: number[] = []
      let reader = await EventReader.open(kernel)
      for (let round = 0; round < 5; round++) {
        const first = event()
        emit(first)
        await eventually(() => reader.seen.some(({ data }) => data.id === first.id), 'heard before the reload')
        const reloaded = kernel.kernel.reload('mqtt-admin')
        emit(event())
        await reloaded
        await eventually(() => reader.ended, 'the reload ends the stream')
        emit(event())
        all.push(...reader.seen.map(({ data }) => data.id))
        reader = await EventReader.open(kernel, '', { 'last-event-id': reader.seen.at(-1)!.id })
        await eventually(() => reader.seen.at(-1)?.data.id === number, 'heard what was told in between')
      }
      all.push(...reader.seen.map(({ data }) => data.id))
      t.false(reader.names.includes('missed'))
      t.deepEqual(
        all,
        [...Array(all.length).keys()].map(index => all[0]! + index),
      )
      t.is(all.length, 15)
      reader.close()
    })
  },
)

test.serial('a reader who has heard nothing yet knows its place too', async t => {
  await withNative({}, async ({ kernel, emit }) => {
    const first = await EventReader.open(kernel)
    emit(event())
    await eventually(() => first.seen.length === 1, 'the broker is listened to')
    first.close()
    const reader = await EventReader.open(kernel, '?event=refused')
    await eventually(() => reader.place !== undefined, 'told where the stream is')
    t.true(reader.place!.endsWith(`-${number}`))
    reader.close()
    emit(event({ event: 'refused' }))
    const back = await EventReader.open(kernel, '?event=refused', { 'last-event-id': reader.place! })
    await eventually(() => back.seen.length === 1, 'what was told in between')
    t.deepEqual(back.names, ['refused'])
    back.close()
  })
})

test.serial('who has missed more than is remembered is told how much; a foreign id is an unknown number', async t => {
  await withNative({}, async ({ kernel, emit }) => {
    const reader = await EventReader.open(kernel)
    emit(event())
    await eventually(() => reader.seen.length === 1, 'the first event')
    const { id } = reader.seen[0]!
    reader.close()
    for (let count = 0; count < 2500; count++) emit(event())
    const back = await EventReader.open(kernel, '', { 'last-event-id': id })
    await eventually(() => back.seen.at(-1)?.data.id === number, 'what is remembered')
    t.is(back.seen[0]!.event, 'missed')
    t.is(back.seen[0]!.data.count + back.seen.length - 1, 2500)
    t.true(back.seen.length > 1000)
    back.close()
    for (const strange of ['nonsense', 'zz-5', '-1', 'a-999999999999999999']) {
      const odd = await EventReader.open(kernel, '', { 'last-event-id': strange })
      await eventually(() => odd.seen.length > 0, 'told that something may be missing')
      t.deepEqual(odd.seen[0], { event: 'missed', id: undefined, data: { count: null } })
      odd.close()
    }
  })
})

test.serial('a reader that does not read costs a bounded backlog, and is told how much it has missed', async t => {
  await withNative({}, async ({ kernel, emit }) => {
    const slow = await EventReader.open(kernel)
    const quick = await EventReader.open(kernel, '?event=session_ended')
    slow.pause()
    await pause(20)
    const reason = 'x'.repeat(1000)
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed
    for (let block = 0; block < 40; block++) {
      for (let count = 0; count < 1000; count++) emit(event({ reason }))
      await pause(1)
    }
    const grown = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before
    t.true(grown < 30_000_000, `${grown} bytes for 40 MB of events`)
    emit(event({ event: 'session ended' }))
    await eventually(() => quick.seen.length === 1, 'others hear everything')
    slow.resume()
    await eventually(() => {
      const through = slow.seen.at(-1)?.data.id === number
      if (!through) emit(event())
      return through
    }, 'all that was kept, and what comes then')
    let missed = 0
    for (const [at, { event, data }] of slow.seen.entries()) {
      if (event !== 'missed') continue
      missed += data.count
      t.is(slow.seen[at + 1]!.data.id - slow.seen[at - 1]!.data.id - 1, data.count, 'the number is right')
    }
    t.true(missed > 10_000, `${missed} missed`)
    slow.close()
    quick.close()
  })
})

test.serial('readers have a limit, and those that leave make room', async t => {
  await withNative({}, async ({ kernel, emit }) => {
    const readers = await Promise.all(Array.from({ length: 200 }, () => EventReader.open(kernel)))
    await t.throwsAsync(EventReader.open(kernel), { message: 'status 503' })
    emit(event())
    await eventually(() => readers.every(({ seen }) => seen.length === 1), 'all have heard it')
    for (const reader of readers.splice(0, 100)) reader.close()
    await pause(50)
    const late = await EventReader.open(kernel)
    emit(event())
    await eventually(() => late.seen.length === 1, 'the new one hears')
    for (const reader of [...readers, late]) reader.close()
  })
})

test.serial('a broker that comes back is listened to again, and readers stay', async t => {
  await withNative({}, async ({ kernel, emit }) => {
    const reader = await EventReader.open(kernel)
    await kernel.kernel.reload('stand-in')
    emit(event())
    await eventually(() => reader.seen.length === 1, 'heard after a reload of the broker')
    await kernel.kernel.stop('stand-in')
    await pause(700)
    await kernel.kernel.start('stand-in')
    await pause(700)
    emit(event())
    await eventually(() => reader.seen.length === 2, 'heard after the broker was away')
    t.false(reader.ended)
    reader.close()
  })
})

test.serial('open streams end with the process, and the history is that of one client', async t => {
  await withNative({}, async ({ kernel, emit, get }) => {
    const reader = await EventReader.open(kernel)
    emit(event({ clientId: 'x/y' }))
    emit(event())
    const { body } = await get('/mqtt/v1/clients/x%2Fy/history')
    t.is(body.total, 1)
    t.like(body.events[0], { client_id: 'x/y', event: 'connected' })
    t.deepEqual((await get('/mqtt/v1/clients/nobody/history')).body, { events: [], total: 0 })
    t.false(reader.ended)
  })
})

test.serial('a broker that cannot tell of events says so, and nothing else suffers', async t => {
  await withNative({}, async ({ kernel, backend, get }) => {
    backend.events.subscribe = () => {
      throw new KernelError('unsupported', 'this broker does not tell of events')
    }
    await kernel.kernel.reload('mqtt-admin')
    const { status, body } = await get('/mqtt/v1/events')
    t.is(status, 501)
    t.is(body.error.message, 'this broker does not tell of events')
    t.is((await get('/mqtt/v1/clients')).status, 200)
    await pause(600)
    t.is(kernel.inspect('mqtt-admin').state, 'running')
  })
})

test.serial('heartbeats go to who keeps up; who reads nothing is let go after four', t => {
  const written: string[] = []
  const response = {
    writableLength: 0,
    destroyed: false,
    writeHead: () => undefined,
    write: (text: string) => written.push(text),
    destroy() {
      response.destroyed = true
    },
  }
  const stream = new EventStream(response as unknown as ServerResponse, nothing())
  stream.heartbeat()
  t.is(written.at(-1), ':\n\n')
  response.writableLength = 1_000_000
  for (let beat = 0; beat < 3; beat++) stream.heartbeat()
  stream.send(event())
  t.false(response.destroyed)
  response.writableLength = 0
  stream.heartbeat()
  t.is(written.at(-2), 'event: missed\ndata: {"count":1}\n\n', 'what was missed is told as soon as there is room')
  response.writableLength = 1_000_000
  for (let beat = 0; beat < 4; beat++) stream.heartbeat()
  t.true(response.destroyed)
})
