import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { Store } from '../../kernel/store/store.js'
import { compare, type Exchange } from './exchange.js'
import { asAdmin, type HouseOptions, openHouse, PLUGINS, type TestHouse } from './house.js'

const MINE = join(tmpdir(), 'patchbay-endpoints-')

/** A folder of plugins whose code a test can change. */
class Folder {
  readonly path = mkdtempSync(MINE)

  write(name: string, fields: string, start = ''): void {
    mkdirSync(join(this.path, name), { recursive: true })
    const code = `exports.default = { name: '${name}', version: '1.0.0', ${fields} start(ctx) { ${start} } }\n`
    writeFileSync(join(this.path, name, 'index.js'), code)
  }
}

interface Bench {
  house: TestHouse
  folder: Folder
  /** Asks as the operator and compares. */
  says(asked: Exchange): Promise<void>
}

async function withHouse(
  t: ExecutionContext,
  options: HouseOptions,
  act: (bench: Bench) => Promise<void>,
): Promise<void> {
  const folder = new Folder()
  folder.write('plain', `aliases: ['mod_plain'], description: 'A plain one',`)
  folder.write('needy', `requires: ['plain'],`)
  folder.write('failing', '', `throw new Error('secret reason')`)
  const house = await openHouse({ pluginFolders: [PLUGINS, folder.path], ...options })
  try {
    await act({ house, folder, says: async asked => compare(t, asked, await house.ask(asAdmin(asked))) })
  } finally {
    await house.close()
    rmSync(folder.path, { recursive: true, force: true })
  }
}

const JSON_TYPE = 'application/json'
const result = (status: number, value: unknown) => ({ status, type: JSON_TYPE, answer: { result: value } })

test.serial('admin_rest module/M: PUT loads and starts, starts, or reloads; DELETE stops and unloads', async t => {
  await withHouse(t, {}, async ({ house, says }) => {
    const path = '/admin_rest/module/plain'
    const loaded = (is: boolean) => says({ path, ...result(is ? 200 : 404, { module: 'plain', loaded: is }) })
    const put = () => says({ method: 'PUT', path, ...result(200, 'Module loaded: plain') })
    await loaded(false)
    await says({ method: 'DELETE', path, ...result(404, 'Module is not loaded:plain') })
    await put()
    await loaded(true)
    t.is(house.inspect('plain').generation, 1)
    await put()
    t.is(house.inspect('plain').generation, 2)
    await house.kernel.stop('plain')
    await loaded(true)
    await put()
    t.is(house.inspect('plain').state, 'running')
    await says({ method: 'DELETE', path, ...result(200, 'Module unloaded: plain') })
    await loaded(false)
    t.is(house.inspect('plain').state, 'available')
  })
})

test.serial('admin_rest: a failing plugin is 500, its reason stays in the log and under /kernel', async t => {
  await withHouse(t, {}, async ({ house, folder, says }) => {
    const path = '/admin_rest/module/failing'
    const failed = { method: 'PUT', path, ...result(500, 'Internal server error') }
    await says(failed)
    await says(failed)
    t.is(house.inspect('failing').state, 'failed')
    t.regex(house.inspect('failing').last_error?.sentence ?? '', /secret reason/)
    folder.write('failing', '')
    await says({ ...failed, ...result(200, 'Module loaded: failing') })
    folder.write('failing', '', `throw new Error('again')`)
    await says(failed)
    t.is(house.inspect('failing').state, 'running', 'the old generation keeps serving')
    await says({ method: 'DELETE', path, ...result(200, 'Module unloaded: failing') })
  })
})

test.serial('admin_rest: what others require is 409 with a sentence; unknown and odd names are refused', async t => {
  await withHouse(t, {}, async ({ house, says }) => {
    const put = (name: string) => ({ method: 'PUT', path: `/admin_rest/module/${name}` })
    await says({ ...put('needy'), ...result(500, 'Internal server error') })
    await house.kernel.start('needy', { cascade: true })
    const sentence = /^\{"result":"plugin \\"plain\\" keeps running: \\"needy\\" require it"\}$/
    await says({ method: 'DELETE', path: '/admin_rest/module/plain', status: 409, type: JSON_TYPE, answer: sentence })
    for (const name of [
      'nosuch',
      '__proto__',
      'constructor',
      '..',
      '%00',
      'a%2F..%2Fauth',
      'x'.repeat(5000),
      'kernel',
    ]) {
      await says({ ...put(name), ...result(500, 'Internal server error') })
    }
    await says({ method: 'PUT', path: '/admin_rest/module', ...result(500, 'Internal server error') })
    await says({ path: '/admin_rest/module', ...result(404, 'Invalid request path') })
    await says({ method: 'DELETE', path: '/admin_rest/module', ...result(404, 'Module is not loaded:') })
  })
})

test.serial('admin_rest modules and modules/count: what is loaded, with aliases', async t => {
  await withHouse(t, {}, async ({ house, says }) => {
    await house.kernel.load('plain')
    const modules = ['auth', 'mod_plain', 'plain', 'test-auth']
    await says({ path: '/admin_rest/modules', ...result(200, { count: 4, modules }) })
    await says({ path: '/admin_rest/modules/count', ...result(200, { count: 4 }) })
  })
})

test.serial('admin_rest PUT reload reads the configuration again; a wrong one is 500 and changes nothing', async t => {
  const auth: Record<string, unknown> = { scrypt_cost: 1024 }
  await withHouse(t, { plugins: { auth } }, async ({ house, says }) => {
    const put = { method: 'PUT', path: '/admin_rest/reload' }
    const reloaded = (what: string) => result(200, `The configuration was read again. Reloaded: ${what}.`)
    await says({ ...put, ...reloaded('nothing, as nothing changed') })
    auth['cache_seconds'] = 'soon'
    await says({ ...put, ...result(500, 'Internal server error') })
    t.is(house.inspect('auth').generation, 1)
    await says({ method: 'POST', path: '/api/reload_config', body: '{}', status: 200, answer: '1' })
    auth['cache_seconds'] = 5
    await says({ ...put, ...reloaded('auth') })
    t.is(house.inspect('auth').generation, 2)
  })
})

test.serial('an alias resolves while its plugin is unloaded, through every face', async t => {
  await withHouse(t, { start: ['xmpp-admin'] }, async ({ house, says }) => {
    const path = '/admin_rest/module/admin_rest'
    await says({ method: 'DELETE', path, ...result(200, 'Module unloaded: admin_rest') })
    t.is(house.inspect('xmpp-admin').state, 'available')
    await says({ path, ...result(404, { module: 'admin_rest', loaded: false }) })
    await says({ method: 'PUT', path, ...result(200, 'Module loaded: admin_rest') })
    t.is(house.inspect('xmpp-admin').state, 'running')
    await says({ path: '/api/module_uninstall?module=mod_http_api', status: 200, answer: '0' })
    await says({ path: '/api/module_install?module=mod_http_api', status: 200, answer: '0' })
    await says({
      path: '/api/v1/plugin/disable?--name=admin_rest',
      status: 200,
      answer: { text: 'Done', type: 'text' },
    })
    const emq = '/api/v2/nodes/emq@127.0.0.1/plugins/admin_rest'
    await says({ method: 'PUT', path: emq, body: '{"active":true}', status: 200, answer: { code: 0, result: [] } })
    t.is(house.inspect('xmpp-admin').state, 'running')
  })
})

test.serial('an alias still resolves after a restart on the same store', async t => {
  const data = mkdtempSync(MINE)
  try {
    await withHouse(t, { store: await Store.open(data), start: ['plain'] }, async ({ says }) => {
      await says({
        method: 'DELETE',
        path: '/admin_rest/module/mod_plain',
        ...result(200, 'Module unloaded: mod_plain'),
      })
    })
    await withHouse(t, { store: await Store.open(data) }, async ({ house, says }) => {
      await says({ method: 'PUT', path: '/admin_rest/module/mod_plain', ...result(200, 'Module loaded: mod_plain') })
      t.is(house.inspect('plain').state, 'running')
    })
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
})

test.serial('every face can load what it has unloaded while nothing but auth is left', async t => {
  await withHouse(
    t,
    { start: ['xmpp-admin', 'mqtt-broker', 'mqtt-admin', 'sip-provisioning'] },
    async ({ house, says }) => {
      for (const name of ['xmpp-admin', 'mqtt-broker', 'mqtt-admin', 'sip-provisioning', 'test-auth']) {
        await says({ method: 'DELETE', path: `/admin_rest/module/${name}`, status: 200 })
      }
      t.deepEqual([...house.kernel.live.table.generations.keys()], ['kernel', 'auth'])
      const emq = '/api/v2/nodes/emq@127.0.0.1/plugins/mqtt-admin'
      await says({ method: 'PUT', path: emq, body: '{"active":true}', status: 200, answer: { code: 0, result: [] } })
      await says({
        path: '/api/v1/plugin/enable?--name=mqtt-broker',
        status: 200,
        answer: { text: 'Done', type: 'text' },
      })
      await says({
        method: 'POST',
        path: '/api/module_install',
        body: '{"module":"xmpp-admin"}',
        status: 200,
        answer: '0',
      })
      await says({ method: 'POST', path: '/kernel/plugins/sip-provisioning/start', status: 200 })
      await says({ path: '/api/v2/management/nodes', status: 200 })
      await says({ path: '/admin_rest/ping', status: 200 })
    },
  )
})

test.serial('without an authenticator every face refuses, and only public paths answer', async t => {
  await withHouse(t, { start: ['mqtt-admin'] }, async ({ says }) => {
    await says({ method: 'DELETE', path: '/admin_rest/module/auth', ...result(200, 'Module unloaded: auth') })
    await says({ path: '/admin_rest/ping', ...result(401, 'Authentication failure') })
    await says({ path: '/api/modules_available', status: 401 })
    await says({ path: '/api/v1/plugin/show', status: 401 })
    await says({ path: '/api/v2/management/nodes', status: 401 })
    await says({ path: '/kernel/plugins', status: 503 })
    await says({ path: '/status', status: 200 })
  })
})

const EMQ = '/api/v2/nodes/emq@127.0.0.1'
const emqOk = { status: 200, answer: { code: 0, result: [] } }
const emqCode = (code: number, message?: string) => ({ status: 200, answer: JSON.stringify({ code, message }) })

test.serial('EMQ plugins: all on disk, and 110, 111, 102 as documented', async t => {
  await withHouse(t, {}, async ({ house, says }) => {
    const put = (name: string, active: boolean) => ({
      method: 'PUT',
      path: `${EMQ}/plugins/${name}`,
      body: JSON.stringify({ active }),
    })
    const listed = { name: 'plain', version: '1.0.0', description: 'A plain one' }
    const list = async () => {
      const { body } = await house.ask(asAdmin({ path: `${EMQ}/plugins/` }))
      return (JSON.parse(body).result as { name: string }[]).find(({ name }) => name === 'plain')
    }
    t.deepEqual(await list(), { ...listed, active: false } as object)
    await says({ ...put('plain', true), ...emqOk })
    t.deepEqual(await list(), { ...listed, active: true } as object)
    await says({ ...put('plain', true), ...emqCode(110, 'already_started') })
    await says({ ...put('plain', false), ...emqOk })
    await says({ ...put('plain', false), ...emqCode(111, 'not_started') })
    await says({ ...put('failing', true), ...emqCode(102, 'unknown') })
    await says({ ...put('failing', false), ...emqCode(111, 'not_started') })
    await house.kernel.start('needy', { cascade: true })
    await says({ ...put('plain', false), ...emqCode(102, 'unknown') })
    for (const name of ['nope', '__proto__', 'constructor', '%00', '..']) {
      await says({ ...put(name, true), ...emqCode(102, 'unknown') })
      await says({ ...put(name, false), ...emqCode(111, 'not_started') })
    }
    await says({ ...put('kernel', false), ...emqCode(102, 'unknown') })
    await says({ path: '/api/v2/nodes/nope@h/plugins', status: 404, answer: '' })
  })
})

test.serial('EMQ plugin_configs shows options and applies them by a reload, or is 102', async t => {
  await withHouse(t, {}, async ({ house, says }) => {
    const path = `${EMQ}/plugin_configs/auth`
    const option = (key: string, value: string, desc: string, required: boolean) => ({ key, value, desc, required })
    // The plugin has more options: these two stand for an optional one and one that the test's configuration sets.
    const shows = (cacheSeconds: string) => {
      const what = 'how long verified credentials are remembered after their last use'
      const first = JSON.stringify(option('cache_seconds', cacheSeconds, what, false))
      const last = JSON.stringify(
        option('scrypt_cost', '1024', 'scrypt N of new password hashes, a power of two', true),
      )
      const escaped = (text: string) => text.replace(/[{}.]/g, '\\$&')
      return {
        status: 200,
        answer: new RegExp(`^\\{"code":0,"result":\\[.*${escaped(first)}.*${escaped(last)}.*\\]\\}$`),
      }
    }
    await says({ path, ...shows('60') })
    const before = house.inspect('auth').generation
    await says({ method: 'PUT', path, body: '{"cache_seconds":"5"}', ...emqOk })
    t.is(house.inspect('auth').generation, before + 1)
    await says({ path, ...shows('5') })
    for (const body of [
      '{}',
      '[]',
      '{"cache_seconds":5}',
      '{"cache_seconds":"soon"}',
      '{"cache_seconds":"-1"}',
      '{"no.such.key":"x"}',
      '{"__proto__":"x"}',
      '{"constructor.name":"x"}',
      '{"cache_seconds":"1","nope":"1"}',
    ]) {
      await says({ method: 'PUT', path, body, ...emqCode(102) })
    }
    await says({ path, ...shows('5') })
    const elsewhere = [
      '/api/v2/nodes/nope@h/plugin_configs/auth',
      `${EMQ}/plugin_configs/nope`,
      `${EMQ}/plugin_configs/__proto__`,
    ]
    for (const other of elsewhere) {
      await says({ path: other, status: 404, answer: '' })
      await says({ method: 'PUT', path: other, body: '{"a":"b"}', ...emqCode(102) })
    }
  })
})

test.serial('VerneMQ plugin show, enable and disable, with its alerts', async t => {
  await withHouse(t, { start: ['mqtt-broker'] }, async ({ house, says }) => {
    const verb = (name: string, query: string) => ({ path: `/api/v1/plugin/${name}${query}` })
    const done = { status: 200, answer: '{"text":"Done","type":"text"}' }
    const alert = (text: string) => ({ status: 200, answer: { alert: [{ text, type: 'text' }], type: 'alert' } })
    const cannot = (what: string, name: string, why: string) => alert(`Can't ${what} plugin: ${name} due to ${why}`)
    await says({ ...verb('enable', '?--name=plain'), ...done })
    await says({ ...verb('enable', '?--name=plain'), ...cannot('enable', 'plain', 'already_enabled') })
    await says({ ...verb('enable', '?--name=mod_plain'), ...cannot('enable', 'mod_plain', 'already_enabled') })
    await says({ ...verb('disable', '?--name=plain'), ...done })
    await says({ ...verb('disable', '?--name=plain'), ...cannot('disable', 'plain', 'plugin_not_found') })
    for (const name of ['nope', '__proto__', 'constructor']) {
      await says({ ...verb('enable', `?--name=${name}`), ...cannot('enable', name, 'plugin_not_found') })
      await says({ ...verb('disable', `?--name=${name}`), ...cannot('disable', name, 'plugin_not_found') })
    }
    await says({ ...verb('enable', '?--name=failing'), ...cannot('enable', 'failing', 'start_failed') })
    await says({ ...verb('disable', '?--name=failing'), ...cannot('disable', 'failing', 'plugin_not_found') })
    await house.kernel.start('needy', { cascade: true })
    await says({ ...verb('disable', '?--name=plain'), ...cannot('disable', 'plain', 'required_by_others') })
    await says({ ...verb('enable', ''), ...alert('Incomplete plugin specification') })
    await says({ ...verb('disable', ''), ...alert('Incomplete plugin specification') })
    await says({ ...verb('enable', '?--name='), status: 400, answer: '' })
    await says({ ...verb('enable', '?name=plain'), status: 400, answer: '' })
    const row = { Plugin: 'mqtt-broker', Type: 'application', 'Hook(s)': 'mqtt-backend\n', 'M:F/A': '' }
    for (const query of ['?--plugin=mqtt-broker', '?--hook=mqtt-backend']) {
      await says({ ...verb('show', query), status: 200, answer: { table: [row], type: 'table' } })
    }
    const internal = await house.ask(asAdmin({ path: '/api/v1/plugins?--internal' }))
    t.regex(
      internal.body,
      /^{"table":\[{"Plugin":"kernel","Type":"application","Hook\(s\)":"","M:F\/A":"admin_rest GET ping\\n/,
    )
  })
})

test.serial('ejabberd module commands, in every state', async t => {
  await withHouse(t, {}, async ({ house, folder, says }) => {
    const call = (name: string, module: string, answer: string | object) =>
      says({ path: `/api/${name}?module=${module}`, status: 200, type: JSON_TYPE, answer })
    await call('module_check', 'plain', '0')
    await call('module_check', 'failing', '1')
    await call('module_check', 'nosuch', '1')
    await call('module_upgrade', 'plain', '1')
    await call('module_uninstall', 'plain', '1')
    const restart = '/api/restart_module?host=localhost&module=plain'
    await says({ path: restart, status: 200, answer: { res: 1 } })
    await call('module_install', 'plain', '0')
    await call('module_install', 'plain', '1')
    await call('module_install', 'failing', '1')
    await call('module_install', 'nosuch', '1')
    await call('module_upgrade', 'plain', '0')
    t.is(house.inspect('plain').generation, 2)
    await says({ path: restart, status: 200, answer: { res: 0 } })
    folder.write('plain', '', `throw new Error('no')`)
    await says({ path: restart, status: 200, answer: { res: 2 } })
    await says({ path: '/api/restart_module/v1?host=localhost&module=plain', status: 200, answer: '2' })
    const { body } = await house.ask(asAdmin({ path: '/api/modules_installed' }))
    t.deepEqual(Object.keys(JSON.parse(body)), ['auth', 'failing', 'plain', 'test-auth'])
    const available = JSON.parse((await house.ask(asAdmin({ path: '/api/modules_available' }))).body)
    t.is(available['plain'], 'A plain one')
    t.is(available['mqtt-broker'], 'The embedded MQTT broker (aedes): MQTT 3.1 and 3.1.1')
    await call('module_uninstall', 'plain', '0')
    await says({ method: 'POST', path: '/api/reload_config', body: '{}', status: 200, answer: '0' })
  })
})

test.serial('/kernel: the verbs, their states and their refusals', async t => {
  await withHouse(t, {}, async ({ says }) => {
    const verb = (name: string, act: string) => ({ method: 'POST', path: `/kernel/plugins/${name}/${act}` })
    const state = (value: string) => ({ status: 200, answer: new RegExp(`"state":"${value}"`) })
    const error = (status: number, code: string) => ({ status, answer: new RegExp(`^{"error":{"code":"${code}",`) })
    await says({ path: '/kernel/plugins/plain', ...state('available') })
    await says({ ...verb('plain', 'stop'), ...error(404, 'not_loaded') })
    await says({ ...verb('plain', 'load'), ...state('loaded') })
    await says({ ...verb('plain', 'stop'), ...error(409, 'not_running') })
    await says({ ...verb('plain', 'check'), status: 200, answer: /"ok":true/ })
    await says({ ...verb('plain', 'start'), ...state('running') })
    await says({ ...verb('plain', 'start'), ...error(409, 'already_running') })
    await says({ ...verb('plain', 'reload'), ...state('running') })
    await says({ ...verb('needy', 'start'), ...state('running') })
    await says({ ...verb('plain', 'stop'), ...error(409, 'required_by_others') })
    await says({ ...verb('plain', 'stop?cascade=true'), ...state('stopped') })
    await says({ ...verb('plain', 'unload'), ...state('available') })
    await says({ ...verb('failing', 'start'), ...error(500, 'start_failed') })
    await says({ path: '/kernel/plugins/failing', ...state('failed') })
    await says({ ...verb('failing', 'stop'), ...state('stopped') })
    for (const name of ['nosuch', '__proto__', 'constructor', '%00', '%2e%2e']) {
      await says({ path: `/kernel/plugins/${name}`, ...error(404, 'unknown_plugin') })
      await says({ ...verb(name, 'start'), ...error(404, 'unknown_plugin') })
    }
    for (const path of [
      '/kernel/plugins/%zz',
      '/kernel/plugins/%ff',
      '/kernel/__proto__',
      `/kernel/${'x/'.repeat(4000)}`,
    ]) {
      await says({ path, status: 404 })
    }
    await says({ method: 'PUT', path: '/kernel/plugins', ...error(405, 'method_not_allowed') })
    await says({ method: 'OPTIONS', path: '/kernel/plugins', status: 204, has: { Allow: 'GET, HEAD, OPTIONS' } })
  })
})
