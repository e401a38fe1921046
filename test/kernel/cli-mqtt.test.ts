import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import test from 'ava'
import { connectAsync, type MqttClient } from 'mqtt'
import { runLine } from '../../kernel/cli/program.js'
import { ended, folderWith, PATCHBAY, type Served, served, start, until, write } from './patchbay-process.js'

let house: Served
let port: number
let sensor: MqttClient
let lasting: MqttClient
const undo: (() => unknown)[] = []

test.before(async () => {
  const all = { teardown: (act: () => unknown) => void undo.unshift(act) }
  port = await freePort()
  const yaml = `
listen:
  - port: 0
    request_handlers: { "/": everything }
plugins:
  mqtt-broker: { port: ${port}, ws_port: false }
`
  house = await served(all, folderWith(all, { 'patchbay.yml': yaml }))
  sensor = await connected('sensor-1', true)
  lasting = await connected('lasting/2', false)
  await sensor.subscribeAsync('news/#', { qos: 1 })
})

test.after.always(async () => {
  for (const client of [sensor, lasting]) client?.end(true)
  for (const act of undo) await act()
})

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

const connected = (clientId: string, clean: boolean) =>
  connectAsync(`mqtt://127.0.0.1:${port}`, { clientId, clean, username: 'bob', password: 'x', reconnectPeriod: 0 })

const run = (...given: string[]) => house.run('mqtt', ...given)

async function json(...given: string[]) {
  const { code, out, err } = await run(...given, '--json')
  if (code !== 0) throw new Error(err)
  return JSON.parse(out)
}

test.serial('clients are a table, filtered by the server, or JSON', async t => {
  const { code, out, err } = await run('clients')
  t.is(code, 0, err)
  t.regex(out, /^CLIENT ID +STATE +USER +ADDRESS/)
  t.regex(out, /\nsensor-1 +connected +bob +127\.0\.0\.1:\d+/)
  const filtered = await json(
    'clients',
    '--like',
    'LASTING*',
    '--state',
    'connected',
    '--clean',
    'false',
    '--since',
    '1h',
  )
  t.like(filtered, { total: 1, clients: { length: 1 } })
  t.is(filtered.clients[0].client_id, 'lasting/2')
  t.is((await json('clients', '--limit', '1')).clients.length, 1)
  t.regex((await run('clients', '--limit', '1')).err, /the first 1, of 2: --limit 2/)
  t.regex((await run('client', 'lasting/2')).out, /client id +lasting\/2\n(.*\n)*clean session +false/)
})

test.serial('mistakes are told as everywhere: sentence, hint, exit code', async t => {
  const says = async (expected: number, message: RegExp, ...given: string[]) => {
    const { code, out, err } = await run(...given)
    t.is(code, expected, err)
    t.is(out, '')
    t.regex(err, message)
  }
  await says(2, /there is no command "mqtt clinets"; did you mean "clients"\?/, 'clinets')
  await says(2, /patchbay mqtt clients has no option "--usr"; did you mean "--user"\?/, 'clients', '--usr', 'bob')
  await says(
    1,
    /expected one of connected, away, all, got .*; did you mean "connected"\?/,
    'clients',
    '--state',
    'conected',
  )
  await says(1, /there is no session of a client "nobody"/, 'client', 'nobody')
  await says(1, /without a filter this would disconnect everybody; nothing was done/, 'kick')
  await says(2, /a client id and filters exclude each other/, 'kick', 'a', '--user', 'bob')
  await says(2, /"--since yesterday" is not a time/, 'clients', '--since', 'yesterday')
  await says(2, /"--limit 0" is not a number/, 'clients', '--limit', '0')
  await says(2, /needs either PAYLOAD or --file/, 'publish', 'a')
  await says(1, /without the wildcards/, 'publish', 'a/#', 'x')
  await says(1, /cannot be read: ENOENT/, 'publish', 'a', '--file', '/nowhere/at/all')
  await says(2, /"history" is not NAME=VALUE/, 'settings', 'history', 'max_sessions=5')
  await says(
    1,
    /"plugins.mqtt-broker.password_cost": expected at least 1024, got 1000/,
    'settings',
    'password_cost=1000',
  )
  await says(1, /there is no setting "histroy"; did you mean "history"\?/, 'settings', 'histroy')
  await says(1, /unknown option .*did you mean "(mqtt-broker\.)?history"/, 'settings', 'histroy=5')
  await says(1, /the filter # would delete every retained message/, 'retained', 'delete')
})

test.serial('what the server says is told in the words of the command line', async t => {
  const { err } = await run('clients', '--state', 'online')
  t.is(
    err,
    'patchbay: "state": expected one of connected, away, all, got "online"; nothing was done\n' +
      '  → patchbay mqtt clients --help tells what it takes\n',
  )
  t.regex((await run('user', 'remove', 'nobody')).err, /→ .*patchbay mqtt user list/)
  t.regex((await run('acl', 'remove', 'nothing')).err, /→ .*patchbay mqtt acl list/)
  t.regex((await run('ban', 'lift', 'nobody')).err, /→ .*patchbay mqtt ban list.* such as client:sensor-7/)
  t.regex((await run('ban', 'add', 'client', 'x', '--until', 'tomorrow')).err, /"until": expected a time such as 2026-/)
  t.regex((await run('kick')).err, /--user, --like or --all/)
})

test.serial('an empty list says that it is empty', async t => {
  for (const [given, sentence] of [
    [['clients', '--like', 'nobody'], 'no clients match\n'],
    [['ban', 'list'], 'no bans\n'],
    [['queue', 'lasting/2'], 'no messages\n'],
    [['history', 'nobody'], 'nothing is known of a client "nobody" since the server started\n'],
  ] as const) {
    t.deepEqual(await run(...given), { code: 0, out: '', err: sentence })
  }
})

test.serial('vmq-admin says which key, value or file was refused, though the API does not', async t => {
  const says = async (sentence: RegExp, ...given: string[]) => {
    const { code, err } = await house.run('vmq-admin', ...given)
    t.is(code, 1)
    t.regex(err, sentence)
  }
  await says(
    /there is no key "max_queue"; nothing was changed\n {2}→ vmq-admin config show app=vmq_server/,
    'set',
    'max_queue=1',
  )
  await says(/"max_offline_messages=lots" is a value that it cannot have/, 'set', 'max_offline_messages=lots')
  await says(/there is no key "nope"/, 'show', 'nope')
  await says(/there is no key "nope"/, 'describe', 'nope')
  await says(/"set" takes no "--al"; did you mean "--all"/, 'set', 'max_offline_messages=5', '--al')
  await says(/"set" wants KEY=VALUE/, 'set')
  await says(/"show" wants a KEY\n/, 'show', '--all')
  t.regex((await house.run('vmq-admin', 'config', 'show', 'app=vmq_server')).out, /max_offline_messages/)
  const listener = ['listener', 'start', 'address=127.0.0.1', 'port=1', '--ssl']
  await says(/"--certfile": there is no file \/no\/such\.pem/, ...listener, '--certfile=/no/such.pem')
  await says(/does not take one of these values: .*--max_connections=few/, ...listener, '--max_connections=few')
})

test.serial('without the plugin that serves it, a command names it', async t => {
  t.is((await house.run('plugin', 'stop', 'mqtt-admin')).code, 0)
  t.regex((await run('clients')).err, /no running plugin serves "patchbay mqtt clients"\n {2}→ .*start mqtt-admin/)
  t.is((await house.run('plugin', 'start', 'mqtt-admin')).code, 0)
})

test.serial('the listeners tell why connections ended', async t => {
  await t.throwsAsync(
    connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5, clientId: 'five', reconnectPeriod: 0 }),
  )
  const ended = () => run('listeners').then(({ out }) => /ENDED BY\n.*unacceptable protocol version ×1/.test(out))
  await until(ended)
  t.true(await ended())
})

test.serial('one setting is shown by its name, and where its value comes from', async t => {
  t.is((await run('settings', 'history')).out, 'history  100\n')
  const { out } = await house.run('config', 'show', 'mqtt-broker.history')
  t.regex(out, /\nOPTION +VALUE +SOURCE\nplugins\.mqtt-broker\.history +100 +default\n$/)
})

test.serial('publishing, looking at retained messages, deleting them', async t => {
  const heard = new Promise<[string, string]>(resolve =>
    sensor.once('message', (topic, payload) => resolve([topic, payload.toString()])),
  )
  t.is((await run('publish', 'news/1', 'hello', '--qos', '1', '--retain')).code, 0)
  t.deepEqual(await heard, ['news/1', 'hello'])
  write(join(house.folder, 'payload.bin'), 'from a file')
  t.is((await run('publish', 'news/2', '--file', 'payload.bin', '--retain')).code, 0)
  t.is((await run('publish', 'other', 'AP8=', '--base64', '--retain')).code, 0)
  t.regex((await run('retained', 'news/#')).out, /TOPIC +QOS +BYTES +RETAINED\nnews\/1 +1 +5 .*\nnews\/2 +0 +11 /)
  t.regex((await run('retained', 'get', 'news/2')).out, /payload +from a file/)
  t.regex((await run('retained', 'get', 'other')).out, /base64 +AP8=/)
  t.is((await run('retained', 'delete', 'news/#', '--dry-run')).out, '2 would be deleted; nothing was done\n')
  t.is((await run('retained', 'delete', 'news/#')).out, '2 deleted\n')
  t.is((await run('publish', 'other', '', '--retain')).code, 0)
  t.deepEqual((await json('retained')).messages, [])
})

test.serial('subscribing on behalf of a client, and what it subscribes to', async t => {
  t.is((await run('subscribe', 'lasting/2', 'alerts/#', '+/x', '--qos', '1')).out, 'alerts/#: QoS 1\n+/x: QoS 1\n')
  t.deepEqual(
    (await json('subscriptions', 'lasting/2')).subscriptions.map(({ topic }: { topic: string }) => topic).sort(),
    ['+/x', 'alerts/#'],
  )
  t.regex((await run('subscriptions', '--matches', 'alerts/fire')).out, /lasting\/2 +alerts\/# +1/)
  t.regex((await run('routes')).out, /alerts\/# +1/)
  t.is(
    (await run('unsubscribe', 'lasting/2', 'alerts/#', 'never')).out,
    'alerts/#: unsubscribed\nnever: was not subscribed\n',
  )
})

test.serial('events are followed, also over a reload', async t => {
  const child = start(house.folder, [PATCHBAY, 'mqtt', 'events', '--client', 'guest', '--json'], {
    PATCHBAY_CONFIG: join(house.folder, 'patchbay.yml'),
  })
  let out = ''
  child.stdout!.on('data', text => {
    out += text
  })
  const names = () =>
    out
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line).event)
  const visit = async () => (await connected('guest', true)).endAsync()
  await until(async () => {
    await visit()
    return names().includes('connected')
  })
  t.is((await house.run('plugin', 'reload', 'mqtt-admin')).code, 0)
  const before = names().length
  await visit()
  await until(() => names().length > before && names().at(-1) !== undefined)
  t.is(child.exitCode, null)
  child.kill()
  await ended(child)
  t.regex((await run('history', 'sensor-1')).out, /connected +sensor-1 \(bob\) +127\.0\.0\.1/)
})

test.serial('statistics, settings, alarms, listeners and the OpenAPI document', async t => {
  t.regex((await run('stats')).out, /packets\.connect\.received +\d+/)
  t.is((await run('settings', 'history=7')).out, 'history  7\n')
  t.is((await json('settings')).settings.history, 7)
  t.is((await run('alarms')).code, 0)
  t.is((await run('listeners')).code, 0)
  const { out } = await house.run('openapi')
  t.truthy(JSON.parse(out).paths['/mqtt/v1/clients'].get)
  t.true(sensor.connected && lasting.connected, 'a change of settings closes no connection')
})

test.serial('what waits for a client, and kicking: tried, one, many, with the session', async t => {
  await run('subscribe', 'lasting/2', 'orders', '--qos', '1')
  t.is((await run('kick', '--like', 'l*', '--dry-run')).out, '1 would be disconnected; nothing was done\n')
  t.is((await run('kick', 'lasting/2')).out, 'lasting/2: disconnected\n')
  await until(() => !lasting.connected)
  await run('publish', 'orders', 'while away', '--qos', '1')
  t.regex((await run('queue', 'lasting/2')).out, /1 +waiting +orders +10 +while away/)
  t.regex((await run('kick', 'lasting/2')).err, /is not connected; its session waits for it/)
  t.is((await run('kick', '--user', 'bob', '--end-session')).out, '2 of 2 ended\n')
  await until(() => !sensor.connected)
  t.deepEqual((await json('clients')).clients, [])
})

test('every command of mqtt is in the help of its group, and names of three words are found', async t => {
  const says = async (...given: string[]) => {
    const written: string[] = []
    await runLine('patchbay', given, { out: text => void written.push(text), err: () => undefined })
    return written.join('')
  }
  const help = await says('mqtt', '--help')
  for (const name of ['clients', 'kick [ID]', 'retained get TOPIC', 'events'])
    t.true(help.includes(`mqtt ${name}`), name)
  t.regex(await says('mqtt', 'retained', 'get', '--help'), /^patchbay mqtt retained get TOPIC/)
  t.regex(await says('mqtt', 'user', '--help'), /^patchbay mqtt user COMMAND\n[\s\S]*mqtt user add NAME/)
  t.regex(await says('mqtt', 'retained', '--help'), /^patchbay mqtt retained \[FILTER\]/)
})
