import test from 'ava'
import { KernelError } from '../../../../kernel/index.js'
import type { Publication } from '../../../../plugins/mqtt-admin/backend.js'
import { withNative } from './house.js'

test('text, base64 and JSON payloads arrive byte by byte, in order, in whose name was said', async t => {
  await withNative({}, async ({ send, backend }) => {
    const got: Publication[] = []
    backend.publish = message => void got.push(message)
    const { status, body } = await send('POST', '/mqtt/v1/publish', {
      messages: [
        { topic: 'a', payload: 'grün', qos: 1 },
        { topic: 'b', payload_base64: 'AP8=', retain: true, client_id: 'me' },
        { topic: 'c', payload_json: { on: [true, null] }, qos: 2 },
        { topic: 'd', payload: '' },
      ],
    })
    t.is(status, 200)
    t.like(body, { published: 4, failed: 0 })
    t.deepEqual(got, [
      { topic: 'a', payload: Buffer.from('grün'), qos: 1, retain: false },
      { topic: 'b', payload: Buffer.from([0, 255]), qos: 0, retain: true, clientId: 'me' },
      { topic: 'c', payload: Buffer.from('{"on":[true,null]}'), qos: 2, retain: false },
      { topic: 'd', payload: Buffer.alloc(0), qos: 0, retain: false },
    ])
  })
})

test('a lone message that is wrong is an error; of several each has its own result', async t => {
  await withNative({}, async ({ send, asked, backend, kernel }) => {
    const publish = (body: unknown) => send('POST', '/mqtt/v1/publish', body)
    t.deepEqual((await publish({ topic: 'a', payload: 'x' })).body, {
      published: 1,
      failed: 0,
      results: [{ topic: 'a', published: true }],
    })
    const wrong = [
      { topic: 'a/+', payload: 'x' },
      { topic: '', payload: 'x' },
      { topic: 'a\0', payload: 'x' },
      { topic: '\ud800', payload: 'x' },
      { topic: 'ü'.repeat(32_768), payload: 'x' },
      { topic: 'a' },
      { topic: 'a', payload: 'x', payload_base64: 'AA==' },
      { topic: 'a', payload_base64: 'A' },
      { topic: 'a', payload_base64: '!!!!' },
    ]
    for (const each of wrong) t.is((await publish(each)).status, 400, JSON.stringify(each).slice(0, 60))
    const { status, body } = await publish({ messages: [...wrong, { topic: 'last', payload: 'x' }] })
    t.is(status, 200)
    t.like(body, { published: 1, failed: wrong.length })
    t.true(body.results.slice(0, -1).every((each: { error: { code: string } }) => each.error.code === 'body_invalid'))
    t.deepEqual(asked, ['publish a x 0', 'publish last x 0'])

    backend.publish = async ({ topic }) => {
      if (topic === 'full') throw new KernelError('busy', 'the store is full')
      throw new Error('secret of the broker')
    }
    const failed = (
      await publish({
        messages: [
          { topic: 'full', payload: '' },
          { topic: 'odd', payload: '' },
        ],
      })
    ).body
    t.deepEqual(failed.results[0].error, { code: 'busy', message: 'the store is full' })
    t.is(failed.results[1].error.code, 'internal')
    t.false(JSON.stringify(failed).includes('secret'))
    t.true(kernel.log.some(({ message }) => message.includes('secret of the broker')))
  })
})

test('a wrong QoS is told in one plain sentence', async t => {
  await withNative({}, async ({ send }) => {
    for (const [qos, got] of [
      [3, '3'],
      ['1', '"1"'],
    ]) {
      const { body } = await send('POST', '/mqtt/v1/publish', { topic: 'a', payload: 'x', qos })
      const sentence = `POST /mqtt/v1/publish: "qos": expected one of 0, 1, 2, got ${got}; nothing was done`
      t.is(body.error.message, sentence)
    }
  })
})

test('the shape is checked as a whole before anything is published, and there is a limit', async t => {
  await withNative({}, async ({ send, asked }) => {
    for (const body of [
      {},
      { messages: [] },
      { topic: 'a', payload: 'x', messages: [{ topic: 'a', payload: 'x' }] },
      {
        messages: [
          { topic: 'a', payload: 'x' },
          { topic: 'b', payload: 'x', qos: 3 },
        ],
      },
      {
        messages: [
          { topic: 'a', payload: 'x' },
          { topic: 'b', payload: 'x', qso: 1 },
        ],
      },
      { messages: [{ topic: 5, payload: 'x' }] },
      { messages: Array(1001).fill({ topic: 'a', payload: 'x' }) },
      { topic: 'a', payload: 5 },
    ]) {
      t.is((await send('POST', '/mqtt/v1/publish', body)).status, 400, JSON.stringify(body).slice(0, 80))
    }
    t.deepEqual(asked, [])
    const most = { messages: Array(1000).fill({ topic: 'a', payload: 'x' }) }
    t.is((await send('POST', '/mqtt/v1/publish', most)).body.published, 1000)
  })
})
