import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import test from 'ava'
import { controlSocketPath } from '../../kernel/control-socket.js'
import { launch, logged, QUIET, type Running, start, stop, temporaryFolder } from '../fixtures/process.js'

const LEDGER = { ...QUIET, plugin_folders: [join(__dirname, '../fixtures/plugins')] }

const folderFor = (t: { teardown(act: () => void): void }) => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  return path
}

function overSocket(path: string, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ socketPath: path, path: target }, response => {
      let text = ''
      response.on('data', data => {
        text += data
      })
      response.once('end', () => resolve(text))
    })
    sent.once('error', reject).end()
  })
}

test.serial(
  'SIGTERM: no new connections, what runs finishes, streams end, exit 0, and the socket file is gone',
  async t => {
    const folder = folderFor(t)
    const running = await start(folder, LEDGER)
    const control = controlSocketPath(join(folder, 'data'))
    t.is(statSync(control).mode & 0o777, 0o600)
    t.is(statSync(join(folder, 'data')).mode & 0o777, 0o700)
    t.like(JSON.parse(await overSocket(control, '/kernel/status')), { data: join(folder, 'data') })
    const stream = await running.fetch('/stream')
    const slow = running.fetch('/slow')
    await pause(100)
    running.child.kill('SIGTERM')
    await pause(100)
    await t.throwsAsync(running.fetch('/ledger'))
    t.is((await slow).status, 200)
    t.is(await stream.text(), 'first\nlast\n')
    t.is(await running.ended, 0)
    t.false(existsSync(control))
    const again = await start(folder, LEDGER)
    t.is(await stop(again), 0)
  },
)

test.serial('a second signal exits at once', async t => {
  const running = await start(folderFor(t), LEDGER)
  const hanging = running.fetch('/hang').catch(() => 'cut')
  await logged(running, 'hanging request has begun')
  const began = Date.now()
  running.child.kill('SIGINT')
  await logged(running, 'SIGINT: finishing')
  running.child.kill('SIGINT')
  t.is(await running.ended, 130)
  t.true(Date.now() - began < 2000)
  t.is(await hanging, 'cut')
})

test.serial('a request that never ends is cut off after the drain', async t => {
  const running = await start(folderFor(t), { ...LEDGER, limits: { drain_seconds: 0.3 } })
  const hanging = running.fetch('/hang').catch(() => 'cut')
  await logged(running, 'hanging request has begun')
  t.is(await stop(running), 0)
  t.is(await hanging, 'cut')
})

test.serial('a taken port is one sentence, exit 1, and nothing was started', async t => {
  const folder = folderFor(t)
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const running = launch(
    folder,
    { ...LEDGER, listen: [...QUIET.listen, { port, request_handlers: { '/': 'native' } }] },
    { PATCHBAY_ADMIN_PASSWORD: '' },
  )
  t.is(await running.ended, 1)
  server.close()
  t.is(
    running.errors(),
    `patchbay: port ${port} on 127.0.0.1 is taken by another program; nothing was started\n` +
      '  → set another port as "listen[1].port" in patchbay.yml, or stop the other program\n',
  )
  t.deepEqual(running.lines, [])
  t.false(existsSync(controlSocketPath(join(folder, 'data'))))
})

test.serial('what is wrong at the start: one sentence, a hint, exit 1, no stack', async t => {
  const folder = folderFor(t)
  const ends = async (config: object | string, expected: RegExp, env = {}) => {
    const running = launch(folder, config, env)
    t.is(await running.ended, 1)
    t.regex(running.errors(), expected)
    t.notRegex(running.errors(), /\n\s+at /)
    t.regex(running.errors(), /^patchbay: .*\n {2}→ .*\n$/)
  }
  await ends('listen:\n\t- port: 1\n', /patchbay.yml is not YAML: Tabs .* line 2/)
  await ends('hots: [x]\n', /unknown option "hots"; did you mean "hosts"\?/)
  await ends(QUIET, /gone.yml does not exist/, { PATCHBAY_CONFIG: 'gone.yml' })
  writeFileSync(join(folder, 'file'), '')
  await ends(QUIET, /cannot be written: it is a file, not a folder/, { PATCHBAY_DATA: 'file' })
  await ends(
    { ...QUIET, plugins: { x: { admin_rest_secure: 3 } } },
    /admin_rest_secure": expected true or false, got 3/,
  )
  const open = await start(folder)
  await ends(QUIET, /is in use by another Patchbay; nothing was changed/)
  t.is((await open.fetch('/kernel/status')).status, 200)
  t.is(await stop(open), 0)
})

test.serial('the first password is shown once, never again and never in the log', async t => {
  const folder = folderFor(t)
  const first = await start(folder, QUIET, { PATCHBAY_ADMIN_PASSWORD: '' })
  const password = /Operator admin \(admin@localhost\), password: (\S{20})\n/.exec(first.errors())?.[1]
  t.truthy(password)
  const as = { headers: { Authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}` } }
  t.is((await first.fetch('/kernel/status', as)).status, 200)
  const logs = await (await first.fetch('/kernel/logs?limit=2000', as)).text()
  t.is(await stop(first), 0)
  t.false(logs.includes(password!) || JSON.stringify(first.lines).includes(password!))
  const second = await start(folder, QUIET, { PATCHBAY_ADMIN_PASSWORD: '' })
  t.is((await second.fetch('/kernel/status', as)).status, 200)
  t.is(await stop(second), 0)
  t.is(second.errors(), '')
})

test.serial('a control socket left by kill -9 is replaced; one that answers is not stolen', async t => {
  const folder = folderFor(t)
  const control = controlSocketPath(join(folder, 'data'))
  const first = await start(folder)
  first.child.kill('SIGKILL')
  t.is(await first.ended, 'SIGKILL')
  t.true(existsSync(control))
  const second = await start(folder)
  t.regex(await overSocket(control, '/kernel/status'), /"version"/)
  t.is(await stop(second), 0)
  const other = createServer()
  await new Promise<void>(resolve => other.listen(control, resolve))
  const refused = launch(folder)
  t.is(await refused.ended, 1)
  t.regex(refused.errors(), /control.sock cannot be opened: another Patchbay answers on it/)
  t.true(existsSync(control))
  await new Promise(resolve => other.close(resolve))
  writeFileSync(control, 'mine')
  const blocked = launch(folder)
  t.is(await blocked.ended, 1)
  t.regex(blocked.errors(), /cannot be opened: something else is in its place/)
  t.is(readFileSync(control, 'utf8'), 'mine')
})

test.serial('a data folder with a very long path has its control socket in the temporary folder', async t => {
  const folder = folderFor(t)
  const data = join(folder, 'ä'.repeat(60))
  mkdirSync(data)
  const control = controlSocketPath(data)
  t.true(Buffer.byteLength(control) <= 100)
  const running = await start(folder, QUIET, { PATCHBAY_DATA: data })
  t.regex(await overSocket(control, '/kernel/status'), /"version"/)
  t.is(await stop(running), 0)
  t.false(existsSync(dirname(control)))
})

test.serial('a self-signed certificate is made at the first start and kept for later ones', async t => {
  const folder = folderFor(t)
  const tls = { ...QUIET, listen: [...QUIET.listen, { port: 0, tls: true, request_handlers: { '/': 'native' } }] }
  const first = await start(folder, tls)
  const file = join(folder, 'data', 'tls', 'self-signed.pem')
  const made = readFileSync(file, 'utf8')
  t.is(await stop(first), 0)
  const second = await start(folder, tls)
  t.is(readFileSync(file, 'utf8'), made)
  t.regex(second.lines.at(-1)!.message, /https:\/\/127\.0\.0\.1:\d+/)
  t.is(await stop(second), 0)
})

test.serial('output that nobody reads any more does not end the process', async t => {
  const running = await start(folderFor(t))
  running.child.stdout!.destroy()
  t.is(
    (await running.fetch('/api/v2/nodes/emq@127.0.0.1/plugins/kamailio', { method: 'PUT', body: '{"active":true}' }))
      .status,
    200,
  )
  t.is((await running.fetch('/kernel/status')).status, 200)
  t.is(await stop(running), 0)
})

test.serial('kill -9 at any moment: what was answered with success is there, and nothing is torn', async t => {
  const folder = folderFor(t)
  const certain = new Map<string, string>()
  const attempted = new Map<string, string>()
  let note = { answered: '', attempted: [''] }
  let active = { answered: false, attempted: [false] }
  let count = 0

  const write = async (running: Running, path: string, body: string) => {
    const [key] = [path.slice(path.lastIndexOf('/') + 1)]
    attempted.set(key, body)
    const response = await running.fetch(path, { method: 'PUT', body })
    if (response.status === 200 && ((await response.json()) as { ok: boolean }).ok) certain.set(key, body)
  }
  const drive = async (running: Running) => {
    const emq = `/api/v2/nodes/emq@127.0.0.1`
    const put = async (path: string, body: object) =>
      (await (await running.fetch(emq + path, { method: 'PUT', body: JSON.stringify(body) })).json()) as {
        code: number
      }
    const writers = [1, 2, 3].map(async () => {
      for (;;) {
        const n = String(count++).padStart(6, '0')
        await write(running, `/ledger/k${n}`, `value ${n} ${'x'.repeat(Number(n) % 3000)}`)
        await write(running, `/pairs/p${n}`, `pair ${n} ${'y'.repeat(Number(n) % 500)}`)
      }
    })
    const options = (async () => {
      for (;;) {
        const next = `note ${count++}`
        note.attempted.push(next)
        if ((await put('/plugin_configs/ledger', { note: next })).code === 0)
          note = { answered: next, attempted: [next] }
      }
    })()
    const desired = (async () => {
      for (;;) {
        const next = !active.answered
        active.attempted.push(next)
        if ((await put('/plugins/kamailio', { active: next })).code === 0)
          active = { answered: next, attempted: [next] }
      }
    })()
    await Promise.allSettled([...writers, options, desired])
  }
  const verify = async (running: Running) => {
    const stored = (await (await running.fetch('/ledger')).json()) as Record<string, string | number>
    for (const [key, value] of certain) {
      if (key.startsWith('k')) t.is(stored[key], value)
      else
        t.deepEqual(
          [stored[`${key}/left`], stored[`${key}/right`], stored[`${key}/total`]],
          [value, value, value.length],
        )
    }
    for (const [key, value] of attempted) {
      if (certain.has(key)) continue
      const seen = key.startsWith('k') ? [stored[key]] : [stored[`${key}/left`], stored[`${key}/right`]]
      if (seen.some(each => each !== undefined)) for (const each of seen) t.is(each, value)
    }
    const inspect = async (name: string) =>
      (await (await running.fetch(`/kernel/plugins/${name}`)).json()) as { state: string; options: { value: string }[] }
    const now = (await inspect('ledger')).options[0]!.value
    t.true([note.answered, ...note.attempted].includes(now), `${now} is none of ${note.attempted}`)
    note = { answered: now, attempted: [now] }
    const runs = (await inspect('kamailio')).state === 'running'
    t.true([active.answered, ...active.attempted].includes(runs), 'desired state')
    active = { answered: runs, attempted: [runs] }
  }

  // On a slow or busy machine fewer writes fit into a round, so there are more rounds.
  for (let round = 0; round < 15 || (certain.size <= 500 && round < 60); round++) {
    const running = await start(folder, LEDGER)
    await verify(running)
    const driven = drive(running)
    await pause(40 + Math.random() * 400)
    running.child.kill('SIGKILL')
    t.is(await running.ended, 'SIGKILL')
    await driven
  }
  const last = await start(folder, LEDGER)
  await verify(last)
  t.true(certain.size > 500, `only ${certain.size} writes were answered`)
  t.is(await stop(last), 0)
})

test.serial('the process needs no writable working folder but its data', t => {
  const folder = folderFor(t)
  const result = spawnSync(process.execPath, [join(__dirname, '../fixtures/serve.js')], {
    cwd: folder,
    env: { ...process.env, PATCHBAY_CONFIG: join(folder, 'missing.yml') },
    encoding: 'utf8',
  })
  t.is(result.status, 1)
  t.false(existsSync(join(folder, 'data')))
})
