import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import type { MqttClient } from 'mqtt'
import { type Answer, type Asked, ask, basic } from './exchange.js'
import { ADMIN, EVERYTHING_ELSE, KEY, openHouse, PASSWORD, type TestHouse } from './house.js'
import { connectClient } from './mqtt.js'
import { differences, type Recorded, readBlocks, readLines } from './recordings.js'

/** Replays recordings of the real servers, from the folder that PATCHBAY_GOLDEN names. */
const folder = process.env['PATCHBAY_GOLDEN']

interface Script {
  file: string
  read(folder: string, file: string): Recorded[]
  open(): Promise<{ house: TestHouse; url: string; clients?: MqttClient[] }>
  /** The recorded credentials as ours, and the recorded plugins and commands as ours. */
  translate: readonly (readonly [recorded: string | RegExp, ours: string])[]
  /** What a row is sent with when it brings no credentials. */
  anonymous?: string
  /** Endpoints that later issues add: rows that need one are left out, whatever they ask of it. */
  later: readonly (readonly [rows: RegExp, endpoint: string])[]
  /** Rows by their id whose answer is not the original's: what is answered instead, and why. */
  exceptions: Readonly<Record<string, readonly [status: number, why: string]>>
  /** Rows whose entries are ours to name: only the first entry's keys and types are compared. */
  named?: RegExp
  /** Rows of which only status and headers can be told. */
  bodyless?: RegExp
  /** Keys with values of the moment. */
  volatile: readonly string[]
}

const EMQ: Script = {
  file: 'emq-2.3.jsonl',
  read: readLines,
  async open() {
    const emq = { port: 0, request_handlers: { '/': 'emq' } }
    const house = await openHouse({
      start: ['mqtt-broker', 'mqtt-admin'],
      config: { listen: [emq, EVERYTHING_ELSE] },
    })
    const clients = [
      await connectClient(house, { clientId: 'c1', username: 'bob', clean: false, keepalive: 77 }),
      await connectClient(house, { clientId: 'c3', protocolId: 'MQIsdp', protocolVersion: 3 }),
      await connectClient(house, { clientId: 'dev/2 +é' }),
    ]
    return { house, url: house.url, clients }
  },
  translate: [
    ['Basic YWRtaW46cHVibGlj', ADMIN],
    ['"password":"public"', `"password":"${PASSWORD}"`],
    ['emq_auth_username', 'sip-registrar'],
    ['emq_modules', 'sip-registrar'],
    ['emq_retainer', 'auth'],
    [/^\{"retainer\.storage_type".*\}$/, '{"cache_seconds":"50"}'],
    ['retainer.max_message_num', 'cache_seconds'],
  ],
  later: [
    [/ \/api\/v2\/monitoring\//, 'monitoring'],
    [
      / \/api\/v2\/(nodes\/[^/]+\/)?(sessions|subscriptions|alarms|configs)\b.* 200$/,
      'sessions, subscriptions, configs',
    ],
    [/ \/api\/v2\/routes?\b.* 200$/, 'routes'],
    [/ \/api\/v2\/mqtt\/.* (200|hung up)$/, 'mqtt/publish, subscribe, unsubscribe'],
    [/ \/api\/v2\/configs\b.* 200$/, 'configs'],
    [/^PUT \/api\/v2\/clients\/.*clean_acl_cache/, 'clean_acl_cache'],
  ],
  exceptions: {
    162: [200, 'the original tells everybody that there is no such user; ours says `Password error`, as late'],
    180: [401, 'the original hangs up on bad credentials; contracts/mqtt.md §1.4 asks for the 401'],
    181: [401, 'as 180'],
    182: [401, 'as 180'],
    183: [401, 'as 180'],
    187: [404, 'the original hangs up on POST /; it is an unknown method like any other'],
  },
  named: /^GET .*\/(plugins\/?|plugin_configs\/[^/]+) 200$/,
  volatile: ['port', 'version', 'sysdescr', 'uptime', 'datetime', 'otp_release', 'connected_at', 'paths'],
}

const VERNEMQ: Script = {
  file: 'vernemq-1.12.jsonl',
  read: readLines,
  async open() {
    const vernemq = { port: 0, request_handlers: { '/': 'vernemq' } }
    const house = await openHouse({
      start: ['mqtt-broker', 'mqtt-admin', 'xmpp-admin'],
      config: { listen: [vernemq, EVERYTHING_ELSE] },
    })
    const away = await connectClient(house, { clientId: 'offl', clean: false })
    await away.subscribeAsync('o/#', { qos: 1 })
    await away.endAsync()
    const clients = [
      await connectClient(house, { clientId: 'c1', username: 'bob', clean: false }),
      await connectClient(house, { clientId: 'c2' }),
      await connectClient(house, { clientId: 'dev/2 é' }),
    ]
    return { house, url: house.url, clients }
  },
  translate: [
    [/^Basic bXlrZXk6.*$/, KEY],
    ['vmq_acl', 'xmpp-admin'],
    ['vmq_passwd', 'sip-registrar'],
  ],
  later: [
    [/ \/api\/v1\/session\/show\?.*--(topic|qos|offline_messages|queue_size|msg_ref|node)\b/, 'further columns'],
    [/ \/api\/v1\/session\/(reauthorize|unsubscribe)\b/, 'session reauthorize, unsubscribe'],
    [/ \/api\/v1\/(retain|cluster|listeners?|set|show|describe|config|metrics|node|trace)\b/, 'its commands'],
    [/ \/(status|metrics|health|status\.json)\b/, 'what stands beside the API'],
  ],
  exceptions: {
    13: [200, "a browser's preflight cannot send credentials, so it needs none (contracts/mqtt.md §2.1, CORS)"],
    31: [400, 'the original crashes on --limit=abc; a bad typed value is the documented 400'],
    43: [200, 'the original does not find an id with non-ASCII characters; ours does'],
    ...Object.fromEntries(
      [116, 117, 119, 121, 122, 124].map(row => [row, [200, 'api-key says what it says since 1.13'] as const]),
    ),
    89: [200, 'the original crashes on --hook=; ours filters'],
  },
  named: / \/api\/v1\/(plugins|plugin\/show\S*) 200$/,
  volatile: ['peer_port'],
}

const PROSODY: Script = {
  file: 'prosody-13.0-admin_rest.txt',
  read: readBlocks,
  async open() {
    const house = await openHouse({ start: ['xmpp-server', 'xmpp-admin'] })
    const body = JSON.stringify({ user: 'alice', host: 'localhost', password: 'alicepw' })
    await house.local('/api/register', { method: 'POST', body })
    return { house, url: house.url }
  },
  translate: [
    [basic('admin@localhost', 'adminpw'), ADMIN],
    ['lastactivity', 'sip-registrar'],
    ['module/offline', 'module/sip-provisioning'],
    [': offline"', ': sip-provisioning"'],
    ['"ping"', '"auth"'],
    ['module/ping', 'module/auth'],
  ],
  later: [
    [
      /^(?!.* 404$)\S+ \/admin_rest\/(user|user_connected|users|all-users|roster|message|broadcast)\b/,
      'users, rosters, messages',
    ],
    [
      / \/admin_rest\/(message|roster|whitelist|groups|vcards|user_connected)\b/,
      'messages, rosters, whitelist, groups, vcards',
    ],
    [/ \/admin_rest\/user\/[^/]+/, 'users'],
  ],
  exceptions: {
    'module unload': [200, 'the original answers 500 after doing it; the README says 200'],
    'module unload offline': [404, 'not loaded here'],
    'module load offline': [200, 'the name of another plugin'],
    reload: [200, 'the original looks at its own process and fails; the README says 200'],
  },
  volatile: ['count', 'modules'],
}

const PROSODY_ORIGINAL: Script = {
  ...PROSODY,
  file: 'prosody-0.12-admin_rest-original.txt',
  later: [...PROSODY.later, [/ \/admin_rest\/user 500$/, 'users']],
}

const EJABBERD: Script = {
  file: 'ejabberd-23.01-api.txt',
  read: readBlocks,
  async open() {
    const ejabberd = { port: 0, request_handlers: { '/api': 'mod_http_api' } }
    const house = await openHouse({ config: { listen: [ejabberd, EVERYTHING_ELSE] } })
    return { house, url: house.url }
  },
  // The frame is recorded with commands of a later issue: these have the same arguments.
  translate: [
    [basic('john@localhost', 'somePass'), ADMIN],
    [basic('admin@localhost', 'adminpw'), ADMIN],
    ['/api/status', '/api/modules_available'],
    ['/api/registered_users', '/api/module_check'],
    [/\bhost=/g, 'module='],
    [/"host"(?!:"localhost","module")/, '"module"'],
    ['argument: host', 'argument: module'],
    ['mod_ping', 'auth'],
  ],
  anonymous: ADMIN,
  later: [
    [
      / \/api\/(?!status\b|registered_users\b|lists$|this_is_no_command|restart_module|reload_config|modules_)[a-z_0-9]+\S* (?!404)/,
      'its command',
    ],
    [/ \/apiv1\//, 'its command'],
    [/ \/api\/(change_password|stop)\b/, 'its command'],
    [/ \/api\/\S*=nope\.example /, 'registered_users'],
  ],
  exceptions: {
    'basic unknown user': [503, 'it could only be an account, and no backend offers them'],
    'unknown command POST existing atom': [404, 'every name that is no command is the same here'],
  },
  bodyless: / \/api\/(status|registered_users|modules_available)\b.* 200$/,
  volatile: [],
}

for (const script of [EMQ, VERNEMQ, PROSODY, PROSODY_ORIGINAL, EJABBERD]) {
  if (!folder) continue
  test.serial(`the exchanges of ${script.file}`, async t => {
    t.true(existsSync(join(folder, script.file)), `PATCHBAY_GOLDEN names ${folder}, which has no ${script.file}`)
    await replay(t, script, folder)
  })
}
if (!folder) {
  test('recordings of the real servers are not replayed', t => {
    t.log('skipped: PATCHBAY_GOLDEN names no folder of recordings')
    t.pass()
  })
}

async function replay(t: ExecutionContext, script: Script, from: string): Promise<void> {
  const { house, url, clients = [] } = await script.open()
  const counts = { compared: 0, excepted: 0, later: 0 }
  try {
    for (const row of script.read(from, script.file)) {
      const line = `${row.asked.method} ${row.asked.path} ${row.status ?? 'hung up'}`
      if (isLater(script, row, line)) {
        counts.later++
        continue
      }
      const got = await ask(url, translated(script, row))
      const exception = script.exceptions[row.id]
      if (exception) {
        t.is(got.status, exception[0], `${row.id}: ${line}: ${exception[1]}`)
        counts.excepted++
      } else {
        for (const difference of compareRow(script, row, line, got)) t.fail(`${row.id}: ${line}: ${difference}`)
        counts.compared++
      }
    }
    t.log(
      `${counts.compared} compared, ${counts.excepted} differ on purpose, ${counts.later} belong to later endpoints`,
    )
    t.true(counts.compared > 0)
  } finally {
    for (const client of clients) client.end(true)
    await house.close()
  }
}

function isLater(script: Script, row: Recorded, line: string): boolean {
  if (row.id in script.exceptions) return false
  return script.later.some(([rows]) => rows.test(line))
}

function translated(script: Script, { asked }: Recorded): Asked {
  const headers = Object.fromEntries(
    Object.entries(asked.headers).map(([name, value]) => [name, translate(script, value)]),
  )
  const authorization = headers['authorization'] ?? headers['Authorization'] ?? script.anonymous
  delete headers['authorization']
  if (authorization) headers['Authorization'] = authorization
  const { body } = asked
  return {
    method: asked.method,
    path: translate(script, asked.path),
    headers,
    ...(body === undefined ? {} : { body: translate(script, body.toString()) }),
  }
}

function translate(script: Script, text: string): string {
  return script.translate.reduce((sofar, [recorded, ours]) => sofar.replaceAll(global(recorded), ours), text)
}

function global(pattern: string | RegExp): string | RegExp {
  return typeof pattern === 'string' || pattern.global ? pattern : new RegExp(pattern.source, `${pattern.flags}g`)
}

const COMPARED = [
  'content-type',
  'www-authenticate',
  'location',
  'access-control-allow-origin',
  'access-control-max-age',
]
const LISTS = ['access-control-allow-headers', 'access-control-allow-methods', 'allow']

function compareRow(script: Script, row: Recorded, line: string, got: Answer): string[] {
  const found: string[] = []
  const same = (what: string, recorded: unknown, ours: unknown) => {
    if (recorded !== ours) found.push(`${what} ${JSON.stringify(recorded)} became ${JSON.stringify(ours)}`)
  }
  same('status', row.status, got.status)
  same('reason', row.reason, got.reason)
  for (const name of COMPARED) same(name, row.headers[name], got.headers[name])
  for (const name of LISTS) same(name, sorted(row.headers[name]), sorted(got.headers[name]))
  if (row.asked.method === 'HEAD' || script.bodyless?.test(line) || row.body.startsWith('<')) return found
  const recorded = translate(script, row.body)
  if (!/^[[{]/.test(recorded)) same('body', recorded, got.body)
  else if (script.named?.test(line)) {
    found.push(...differences(firstKeys(JSON.parse(recorded)), firstKeys(JSON.parse(got.body)), new Set()))
  } else found.push(...differences(JSON.parse(recorded), JSON.parse(got.body), new Set(script.volatile)))
  return found
}

function sorted(list: string | undefined): string | undefined {
  return list?.split(', ').sort().join(', ')
}

/** The keys and types of the first entry of the answer's list. */
function firstKeys(answer: { result?: object[]; table?: object[] }): object {
  const [first = {}] = answer.result ?? answer.table ?? []
  return Object.entries(first).map(([key, value]) => `${key}: ${typeof value}`)
}
