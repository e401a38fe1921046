import test from 'ava'
import { defaultSettings } from '../../kernel/config/settings.js'
import { wantedListeners } from '../../kernel/http/listeners.js'
import { EVERYTHING, type Mounts, readMounts } from '../../kernel/http/mounts.js'
import { compare, type Exchange } from './exchange.js'
import { testRows } from './frame.js'
import { asAdmin, EVERYTHING_ELSE, openHouse, type TestHouse } from './house.js'

const read = (handlers: Record<string, string | string[]>, base?: string) => readMounts(handlers, 'listen[0]', base)
const shown = (mounts: Mounts, path: string) => {
  const found = mounts.resolve(path)
  return found ? `${found.face} ${found.path}` : 'nothing'
}

const everything = read(EVERYTHING)
// design §1: how faces share `/api` on one listener
const SHARED: [path: string, resolved: string][] = [
  ['/', 'emq /'],
  ['/status', 'emq /status'],
  ['/metrics', 'vernemq /metrics'],
  ['/health', 'vernemq /health'],
  ['/status.json', 'vernemq /status.json'],
  ['/api', 'native /api'],
  ['/api/', 'native /api/'],
  ['/api/v1', 'vernemq /api/v1'],
  ['/api/v1/', 'vernemq /api/v1/'],
  ['/api/v1/session/show', 'vernemq /api/v1/session/show'],
  ['/api/v2', 'emq /api/v2'],
  ['/api/v2/routes//World', 'emq /api/v2/routes//World'],
  ['/api/v3', 'ejabberd /v3'],
  ['/api/v3/nodes', 'native /api/v3/nodes'],
  ['/api/v10', 'ejabberd /v10'],
  ['/api/v2x', 'ejabberd /v2x'],
  ['/api/user/gen_pw', 'hermes /user/gen_pw'],
  ['/api/user/gen_pw/', 'hermes /user/gen_pw'],
  ['/api/user', 'ejabberd /user'],
  ['/api/user/gen_pw/x', 'native /api/user/gen_pw/x'],
  ['/api/status', 'ejabberd /status'],
  ['/api/status/', 'ejabberd /status/'],
  ['/api//status', 'ejabberd //status'],
  ['/api/status/v1', 'ejabberd /status/v1'],
  ['/api/a/b', 'native /api/a/b'],
  ['/apix', 'native /apix'],
  ['/hermes/api/user/gen_pw', 'hermes /user/gen_pw'],
  ['/hermes/api/nope/nope', 'hermes /nope/nope'],
  ['/hermes/nope', 'native /hermes/nope'],
  ['/oauth', 'oauth '],
  ['/oauth/token', 'oauth /token'],
  ['/oauthx', 'native /oauthx'],
  ['/admin_rest', 'admin_rest '],
  ['/admin_rest/a//b', 'admin_rest /a//b'],
  ['/admin_restx', 'native /admin_restx'],
  ['/kernel/plugins', 'native /kernel/plugins'],
]
for (const [path, resolved] of SHARED) {
  test(`everything on one listener: ${path} → ${resolved}`, t => t.is(shown(everything, path), resolved))
}

test('a face alone on its path refuses unknown paths itself', t => {
  const ejabberd = read({ '/api': 'mod_http_api' })
  t.is(shown(ejabberd, '/api'), 'ejabberd ')
  t.is(shown(ejabberd, '/api/a/b'), 'ejabberd /a/b')
  t.is(shown(ejabberd, '/api/v2'), 'ejabberd /v2')
  t.is(shown(ejabberd, '/'), 'nothing')
  const vernemq = read({ '/': 'vernemq' })
  t.is(shown(vernemq, '/nope'), 'vernemq /nope')
  t.is(shown(vernemq, '/api/v2/nodes'), 'vernemq /api/v2/nodes')
})

test('the vN mount of ejabberd exists only where request_handlers names it', t => {
  const named = read({ '/': 'everything', '/api/v2': 'mod_http_api' })
  t.is(shown(named, '/api/v2/status'), 'ejabberd /status/v2')
  t.is(shown(named, '/api/v2/status/v0'), 'ejabberd /status/v0')
  t.is(shown(named, '/api/v2/'), 'ejabberd /')
  t.is(shown(named, '/api/v1/session/show'), 'vernemq /api/v1/session/show')
  t.is(shown(named, '/api/status'), 'ejabberd /status')
})

test('handlers of one path are merged, and their order does not matter', t => {
  const written: Record<string, string | string[]>[] = [
    { '/api': ['mod_http_api', 'emq'] },
    { '/api': 'emq', '/api/': 'mod_http_api' },
    { '/api': 'mod_http_api', '/': 'everything' },
  ]
  for (const handlers of written) {
    t.is(shown(read(handlers), '/api/v2/nodes'), 'emq /api/v2/nodes')
    t.is(shown(read(handlers), '/api/status'), 'ejabberd /status')
  }
})

test.serial('admin_rest_base moves admin_rest, any depth, also within everything', t => {
  const moved = read({ '/': 'everything' }, '/a/b/c/')
  t.is(shown(moved, '/a/b/c/ping'), 'admin_rest /ping')
  t.is(shown(moved, '/admin_rest/ping'), 'native /admin_rest/ping')
  t.is(shown(read({ '/sub': 'everything' }, 'x'), '/sub/x/ping'), 'admin_rest /ping')
})

test('an unknown handler is named with the nearest valid one', t => {
  for (const name of ['mod_http_apy', 'constructor', '__proto__']) {
    t.throws(() => read({ '/': name }), {
      message: new RegExp(`^listen\\[0\\]\\.request_handlers: there is no handler "${name}"`),
    })
  }
})

const wanted = (listen: unknown[], base = '/admin_rest') =>
  Object.fromEntries(
    wantedListeners(defaultSettings({ listen }).settings, base, () => undefined).map(({ port, mounts }) => [
      port,
      [...mounts.names].join(' '),
    ]),
  )

test('the default ports carry what the manuals say', t => {
  t.deepEqual(wanted([]), {
    5280: 'admin_rest xmpp_websocket',
    5281: 'oauth ejabberd',
    8080: 'native oauth admin_rest ejabberd emq vernemq hermes xmpp_websocket',
    8888: 'vernemq',
  })
})

test('an entry replaces the default of its port, and its faces leave their other defaults', t => {
  const ejabberd = { port: 5280, request_handlers: { '/api': 'mod_http_api', '/oauth': 'ejabberd_oauth' } }
  t.deepEqual(wanted([ejabberd]), {
    5280: 'oauth ejabberd',
    8080: 'native admin_rest emq vernemq hermes xmpp_websocket',
    8888: 'vernemq',
  })
})

test('two entries cannot have one port, but may both leave it open', t => {
  const entry = { port: 9000, request_handlers: { '/': 'everything' } }
  t.throws(() => wanted([entry, entry]), {
    message: '"listen[1].port": port 9000 on 127.0.0.1 is already that of "listen[0].port"',
  })
  t.notThrows(() => wanted([entry, { ...entry, ip: '::1' }]))
})

let house: TestHouse
test.before(async () => {
  const vernemq = { port: 0, request_handlers: { '/': 'vernemq' } }
  house = await openHouse({ start: ['mqtt-admin'], config: { listen: [vernemq, EVERYTHING_ELSE] } })
})
test.after.always(() => house?.close())

const EMPTY_404 = { status: 404, type: null, answer: '' }
// design §1: 8888 carries vernemq only
const ALONE: Exchange[] = [
  ...['/', '/nope', '/api', '/api/', '/api/v1x', '/api/v2', '/api/v2/plugin/show', '/api/status', '/kernel/status'].map(
    path => ({ path, ...EMPTY_404 }),
  ),
  { path: '/nope', method: 'POST', ...EMPTY_404 },
  { path: '/api/v1', status: 400, type: null, answer: '' },
]
testRows(test, () => house, 'the port of vernemq', ALONE)

test.serial('custom_headers of a listener win over those of a face', async t => {
  const custom = {
    port: 0,
    request_handlers: { '/api': 'mod_http_api' },
    custom_headers: { 'X-Custom': 'yes' },
  }
  const own = await openHouse({ config: { listen: [custom, EVERYTHING_ELSE] } })
  try {
    const asked = { path: '/api/modules_available' }
    compare(t, { ...asked, status: 200, has: { 'X-Custom': 'yes' } }, await own.ask(asAdmin(asked)))
  } finally {
    await own.close()
  }
})
