import test from 'ava'
import { KernelError } from '../../kernel/index.js'
import { asOperator, code, DONE, type EmqHouse, MALFORMED, NOT_FOUND, openEmq, sessions } from './emq-house.js'
import { compare, type Exchange } from './exchange.js'
import { testRows } from './frame.js'

let emq: EmqHouse
let doc: EmqHouse
test.before(async () => {
  emq = await openEmq({ sessions: sessions() })
  doc = await openEmq({ sessions: sessions() }, 'doc')
})
test.after.always(async () => {
  await emq?.house.close()
  await doc?.house.close()
})

const post = (verb: string, body: unknown) => ({
  method: 'POST',
  path: `/api/v2/mqtt/${verb}`,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const MISSING = code(107, 'params error')
const topicFails = (topic: string) => code(102, `validate topic: ${topic} fail`)
const long = 'x'.repeat(4097)

// contracts/mqtt.md §1.2, §1.3; the empty 404s of the original's crashes are 108 (§1.4)
const PUBLISH: Exchange[] = [
  { ...post('publish', { topic: 'a', payload: 'x' }), ...DONE },
  { ...post('publis', { topic: 'a', payload: '' }), ...DONE },
  { ...post('publish', { topic: '$SYS/x', payload: 'x', client_id: 5 }), ...DONE },
  { ...post('publish', { topic: 'x'.repeat(4096), payload: 'x' }), ...DONE },
  { ...post('publish/', { topic: 'a', payload: 'x' }), ...NOT_FOUND },
  { ...post('publi', { topic: 'a', payload: 'x' }), ...NOT_FOUND },
  { method: 'GET', path: '/api/v2/mqtt/publish', ...NOT_FOUND },
  ...[{ topic: 'a' }, { payload: 'x' }, {}, [], [1], '', '5', 'null'].map(body => ({
    ...post('publish', body),
    ...MISSING,
  })),
  ...[
    { topic: 5, payload: 'x' },
    { topic: 'a', payload: null },
    { topic: 'a', payload: 5 },
    ...['1', 3, -1, 1.5, null, true, []].map(qos => ({ topic: 'a', payload: 'x', qos })),
    ...['true', 1, null].map(retain => ({ topic: 'a', payload: 'x', retain })),
  ].map(body => ({ ...post('publish', body), ...MALFORMED })),
  ...['a/#', '+', 'a+b', '', long].map(topic => ({
    ...post('publish', { topic, payload: 'x' }),
    ...topicFails(topic),
  })),
  { ...post('publish', { topic: 'a\0', payload: 'x' }), ...topicFails('a\0') },
  ...['{bad', 'topic=a&payload=x', '\0'].map(body => ({ ...post('publish', body), ...code(109, 'Body not json') })),
]
testRows(test, () => emq.house, 'publish', PUBLISH, asOperator)

const SUBSCRIBE: Exchange[] = ['subscribe', 'unsubscribe'].flatMap(verb => [
  { ...post(verb, { client_id: 'c1', topic: 'r/1' }), ...DONE },
  { ...post(verb, { client_id: 'away', topic: 'r/1', qos: 1 }), ...DONE },
  { ...post(verb.slice(0, -1), { client_id: 'c1', topic: 'r/1' }), ...DONE },
  { ...post(`${verb}/`, { client_id: 'c1', topic: 'r/1' }), ...NOT_FOUND },
  { ...post(verb, { client_id: 'nope', topic: 'r/1' }), ...code(102, 'Clientid: nope not found') },
  { ...post(verb, { client_id: 'c1', topic: 'r/#' }), ...topicFails('r/#') },
  { ...post(verb, { client_id: 'nope', topic: '' }), ...topicFails('') },
  { ...post(verb, { topic: 'r/1' }), ...MISSING },
  { ...post(verb, { client_id: 'c1' }), ...MISSING },
  { ...post(verb, { client_id: 1, topic: 'r/1' }), ...MALFORMED },
])
const QOS: Exchange[] = ['1', null, 1.5, -1, true].map(qos => ({
  ...post('subscribe', { client_id: 'c1', topic: 'r/1', qos }),
  ...MALFORMED,
}))
testRows(test, () => emq.house, 'subscribe', [...SUBSCRIBE, ...QOS], asOperator)

// The manual: the payload is optional, wildcards are topics, an unknown client is 112
const DOC: Exchange[] = [
  { ...post('publish', { topic: 'a' }), ...DONE },
  { ...post('publish/', { topic: 'a', payload: 'x' }), ...DONE },
  { ...post('publish', { topic: 'a', payload: 5 }), ...MALFORMED },
  { ...post('publish', { topic: 'a/#' }), ...topicFails('a/#') },
  { ...post('subscribe', { client_id: 'c1', topic: 'a/#' }), ...DONE },
  { ...post('unsubscribe', { client_id: 'c1', topic: '+/a/+' }), ...DONE },
  ...['a/#/b', 'a#', '+a', ''].map(topic => ({
    ...post('subscribe', { client_id: 'c1', topic }),
    ...topicFails(topic),
  })),
  { ...post('subscribe', { client_id: 'nope', topic: 'a' }), ...code(112) },
]
testRows(test, () => doc.house, 'quirks: doc', DOC, asOperator)

test('what the backend refuses or breaks on is a code too', async t => {
  const own = await openEmq({ sessions: sessions() })
  const failing = (thrown: Error) => {
    own.behind.backend.publish = async () => {
      throw thrown
    }
    return own.house.ask(asOperator(post('publish', { topic: 'a', payload: 'x' })))
  }
  try {
    const unsupported = new KernelError('unsupported', 'this broker takes no messages over HTTP')
    compare(t, { path: '', ...code(102, unsupported.message) }, await failing(unsupported))
    compare(t, { path: '', ...code(101, 'badrpc') }, await failing(new KernelError('busy', 'too much to do')))
    compare(t, { path: '', ...code(102, 'unknown') }, await failing(new Error('secret /etc/path')))
    const [line] = own.house.log.filter(({ message }) => message.includes('secret'))
    t.truthy(line, 'the log says why')
  } finally {
    await own.house.close()
  }
})

test('what was asked for reaches the backend', async t => {
  const own = await openEmq({ sessions: sessions() })
  try {
    const say = async (verb: string, body: object) =>
      compare(t, { path: '', ...DONE }, await own.house.ask(asOperator(post(verb, body))))
    await say('publish', { topic: 'a/é', payload: 'ünïcode', qos: 2, retain: true })
    await say('subscribe', { client_id: 'away', topic: 'r/1' })
    await say('subscribe', { client_id: 'c1', topic: 'r/2', qos: 9 })
    await say('unsubscribe', { client_id: 'c1', topic: 'never' })
    t.deepEqual(own.behind.asked, [
      'publish a/é ünïcode 2 retain',
      'subscribe away r/1:0',
      'subscribe c1 r/2:2',
      'unsubscribe c1 never',
    ])
  } finally {
    await own.house.close()
  }
})
