import test from 'ava'
import { reportRefusals } from '../../../../plugins/mqtt-broker/engine/refusals.js'
import { eventually } from '../../../faces/mqtt.js'
import { lab } from './engine.js'

test('who is refused is told as an event with the reason, also one that speaks MQTT 5', async t => {
  const { open, events } = await lab(t, { allow_anonymous: 'never' })
  await t.throwsAsync(open('lamp', { username: 'bob', password: 'wrong' }))
  await t.throwsAsync(open('modern', { protocolVersion: 5 }))
  const refused = () => events.filter(({ event }) => event === 'refused')
  await eventually(() => refused().length === 2, 'both are told')
  t.like(refused()[0], { clientId: 'lamp', username: 'bob', address: '127.0.0.1' })
  t.like(refused()[1], { clientId: '', address: '127.0.0.1', reason: 'unacceptable protocol version' })
})

test('the log has one line for each reason, and names cannot begin a line of their own', async t => {
  const { broker, open } = await lab(t, { allow_anonymous: 'never' })
  for (const name of ['a', 'b', 'c\n{"level":"error"}']) await t.throwsAsync(open(name))
  const lines: string[] = []
  const log = { debug: t.fail, warn: t.fail, error: t.fail, info: (line: unknown) => void lines.push(String(line)) }
  reportRefusals(broker, log as never)
  t.is(lines.length, 1)
  t.regex(
    lines[0]!,
    /^3 clients were refused: .+; the last was client "c\\n\{\\"level\\":\\"error\\"\}" from 127\.0\.0\.1$/,
  )
  reportRefusals(broker, log as never)
  t.is(lines.length, 1, 'told once')
})

test('the log tells where MQTT is listening', async t => {
  const { house, port } = await lab(t)
  t.true(house.log.some(({ message }) => message === `MQTT is listening on 127.0.0.1:${port} (tcp)`))
})

test('topics and filters are bounded: 128 for a filter, the end for a publisher, at once when the bound changes', async t => {
  const { open, backend, events } = await lab(t)
  const { client } = await open('lamp')
  const long = 'é'.repeat(2048)
  const granted = await t.throwsAsync<Error & { packet: { granted: number[] } }>(
    client.subscribeAsync([long, `${long}x`]),
  )
  t.deepEqual(granted.packet.granted, [0, 128])
  await backend.settings.change({ max_topic_length: 100 })
  await client.publishAsync(long.slice(0, 50), 'fits', { qos: 1 })
  client.publish(long.slice(0, 51), 'does not', { qos: 1 })
  await eventually(
    () => events.some(({ event, clientId }) => event === 'disconnected' && clientId === 'lamp'),
    'closed',
  )
  await t.throwsAsync(
    async () => backend.publish({ topic: 'a'.repeat(101), payload: Buffer.alloc(0), qos: 0, retain: false }),
    { code: 'bad_request' },
  )
})
