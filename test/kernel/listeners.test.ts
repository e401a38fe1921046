import 'reflect-metadata'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import { Agent as TlsAgent, get as tlsGet } from 'node:https'
import { createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import test from 'ava'
import { generate } from 'selfsigned'
import { defaultSettings } from '../../kernel/config/settings.js'
import type { KernelError } from '../../kernel/errors.js'
import { App } from '../../kernel/http/app.js'
import { readCertificates, selfSignedCertificate } from '../../kernel/http/certificate.js'
import { Listeners, wantedListeners } from '../../kernel/http/listeners.js'
import { plugin } from '../../kernel/life/definition.js'
import { Reconfigure } from '../../kernel/reconfigure.js'
import { testKernel } from '../../kernel/testing.js'
import { temporaryFolder } from '../fixtures/process.js'

const wantedFor = (written: Record<string, unknown>, base = '/admin_rest') => {
  const warnings: string[] = []
  const wanted = wantedListeners(defaultSettings(written).settings, base, sentence => warnings.push(sentence))
  const at = (port: number) => wanted.find(each => each.port === port)
  const face = (port: number, path: string) => at(port)?.mounts.resolve(path)?.face
  return { wanted, warnings, at, face }
}

test('without entries: the four documented ports on loopback', t => {
  const { wanted, face } = wantedFor({})
  t.deepEqual(
    wanted.map(({ ip, port }) => `${ip}:${port}`),
    ['127.0.0.1:5280', '127.0.0.1:5281', '127.0.0.1:8888', '127.0.0.1:8080'],
  )
  t.is(face(5280, '/admin_rest/ping'), 'admin_rest')
  t.is(face(5281, '/api/status'), 'ejabberd')
  t.is(face(5281, '/oauth/token'), 'oauth')
  t.is(face(5281, '/kernel/status'), undefined)
  t.is(face(8888, '/api/v1/session/show'), 'vernemq')
  t.not(face(8888, '/api/v2/nodes'), 'emq')
  t.is(face(8080, '/kernel/status'), 'native')
  t.is(wantedFor({}, '/admin').face(5280, '/admin/ping'), 'admin_rest')
})

test('an entry replaces the default of its port; faces that none mounts keep theirs', t => {
  const { wanted, face, at } = wantedFor({
    listen: [{ port: 5281, request_handlers: { '/api': 'mod_http_api', '/oauth': 'ejabberd_oauth' } }],
  })
  t.is(wanted.length, 4)
  t.is(at(5281)!.setting, '"listen[0].port"')
  t.is(face(5280, '/admin_rest/ping'), 'admin_rest')
  t.is(face(8080, '/kernel/status'), 'native', 'mounting oauth does not take the native routes away')
  t.is(face(8080, '/api/v2/nodes'), 'emq')
  t.is(face(8080, '/api/status'), 'native', 'ejabberd is mounted elsewhere now')
  const moved = wantedFor({ listen: [{ port: 9000, request_handlers: { '/': 'vernemq' } }] })
  t.is(moved.at(8888), undefined)
  t.not(moved.face(8080, '/api/v1/session/show'), 'vernemq')
  t.is(wantedFor({ listen: [{ port: 9000, request_handlers: { '/': 'everything' } }] }).wanted.length, 1)
})

test('entries of other modules and options without a counterpart: one warning each', t => {
  const { wanted, warnings } = wantedFor({
    listen: [
      { port: 5222, module: 'ejabberd_c2s', starttls: true, shaper: 'c2s_shaper' },
      {
        port: 5443,
        module: 'ejabberd_http',
        ip: '::',
        protocol_options: ['no_sslv3'],
        request_handlers: {
          '/ws': 'ejabberd_http_ws',
          '/bosh': 'mod_bosh',
          '/.well-known/acme-challenge': 'ejabberd_acme',
          '/api': 'mod_http_api',
        },
      },
    ],
  })
  t.is(warnings.length, 2)
  t.regex(warnings[0]!, /^listen\[0\]: ejabberd_c2s is not an HTTP listener/)
  t.regex(warnings[0]!, /plugins\.xmpp-server/)
  t.regex(warnings[1]!, /^listen\[1\]: protocol_options, mod_bosh, ejabberd_acme: not served here/)
  t.deepEqual(
    wanted.map(({ port }) => port),
    [5443, 5280, 5281, 8888, 8080],
  )
})

test('two entries on one port of one address are refused by name', t => {
  const twins = (one: string, other: string) => () =>
    wantedFor({
      listen: [
        { port: 9000, ip: one },
        { port: 9000, ip: other },
      ],
    })
  t.throws(twins('127.0.0.1', '127.0.0.1'), {
    message: '"listen[1].port": port 9000 on 127.0.0.1 is already that of "listen[0].port"',
  })
  t.throws(twins('0.0.0.0', '127.0.0.1'), { message: /port 9000 on .* is already that of "listen\[0\].port", on / })
  t.throws(twins('127.0.0.1', '::'), { message: /port 9000 on .* is already that of "listen\[0\].port", on / })
  t.notThrows(twins('127.0.0.1', '127.0.0.2'))
  t.notThrows(() => wantedFor({ listen: [{ port: 0 }, { port: 0 }] }))
  t.throws(() => wantedFor({ listen: [{ port: 1, request_handlers: { '/': 'vernmq' } }] }), {
    message: /listen\[0\].request_handlers: there is no handler "vernmq"; did you mean "vernemq"/,
  })
})

const pages = plugin({
  name: 'pages',
  version: '1.0.0',
  start(ctx) {
    ctx.route('GET', '/page', { public: true }, () => ({ ok: true }))
    ctx.route('GET', '/slow', { public: true }, () => new Promise(resolve => setTimeout(resolve, 300, { ok: true })))
  },
})

/** A kernel whose `listen` the test may change before a reload. */
async function house(listen: Record<string, unknown>[], more: Record<string, unknown> = {}) {
  const written = { listen, ...more } as { listen: Record<string, unknown>[] }
  const kernel = await testKernel(pages as never, { config: written })
  const listeners = kernel.house.container.resolve(Listeners)
  return { kernel, listen, listeners, reload: () => kernel.house.container.resolve(Reconfigure).reload() }
}

/** Mounting all of them takes the place of every default port. */
const NATIVE = { '/': 'everything' }

function taken(): Promise<{ port: number; server: Server }> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () =>
      resolve({ server, port: (server.address() as { port: number }).port }),
    )
  })
}

async function freePort(): Promise<number> {
  const { port, server } = await taken()
  await new Promise(resolve => server.close(resolve))
  return port
}

function request(url: string, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, response => response.resume().once('end', () => resolve(response))).once('error', reject)
  })
}

test('listeners open, change and close by difference; an open connection to an unchanged one survives', async t => {
  const { kernel, listen, listeners, reload } = await house([{ port: 0, request_handlers: NATIVE }])
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const first = await request(`${kernel.url}/page`, agent)
  const [free, other] = [await freePort(), await freePort()]
  listen.push({ port: free, request_handlers: NATIVE, tag: 'new' })
  await reload()
  t.is((await fetch(`http://127.0.0.1:${free}/page`)).status, 200)
  listen[0]!['custom_headers'] = { 'X-Where': 'here' }
  listen[1] = { port: other, request_handlers: NATIVE }
  await reload()
  t.is(listeners.addresses.length, 2)
  await t.throwsAsync(fetch(`http://127.0.0.1:${free}/page`))
  t.is((await fetch(`http://127.0.0.1:${other}/page`)).status, 200)
  const again = await request(`${kernel.url}/page`, agent)
  t.is(again.headers['x-where'], 'here')
  t.is(again.socket, first.socket)
  agent.destroy()
  await kernel.close()
})

test('when one of the new ports is taken, all listeners are as before', async t => {
  const { kernel, listen, listeners, reload } = await house([{ port: 0, request_handlers: NATIVE }])
  const { port, server } = await taken()
  const [free, moving] = [await freePort(), await freePort()]
  listen.push({ port: moving, request_handlers: NATIVE })
  await reload()
  const before = listeners.addresses
  listen.push({ port: free, request_handlers: NATIVE }, { port, request_handlers: NATIVE })
  listen[1] = { port: moving, ip: '0.0.0.0', request_handlers: NATIVE }
  const refused = await t.throwsAsync<KernelError>(reload(), {
    message: `port ${port} on 127.0.0.1 is taken by another program; the listeners are as before; the configuration of before stays in force`,
  })
  t.regex(refused.hint!, /set another port as "listen\[3\].port"/)
  t.deepEqual(new Set(listeners.addresses.map(({ name }) => name)), new Set(before.map(({ name }) => name)))
  t.is((await fetch(`http://127.0.0.1:${moving}/page`)).status, 200)
  await t.throwsAsync(fetch(`http://127.0.0.1:${free}/page`))
  server.close()
  await kernel.close()
})

test('a listener that leaves finishes its requests, also the one that asked for it', async t => {
  const free = await freePort()
  const { kernel, listen, reload } = await house([
    { port: 0, request_handlers: NATIVE },
    { port: free, request_handlers: NATIVE },
  ])
  const slow = fetch(`http://127.0.0.1:${free}/slow`)
  const { inFlight } = kernel.house.container.resolve(App)
  while (inFlight.count === 0) await new Promise(resolve => setTimeout(resolve, 5))
  listen.pop()
  const began = Date.now()
  await reload()
  t.true(Date.now() - began < 250)
  t.is((await slow).status, 200)
  await kernel.close()
})

test('IPv6, and two free ports at once', async t => {
  const six = Object.values(networkInterfaces())
    .flat()
    .some(each => each?.address === '::1')
  const ip = six ? '::1' : '127.0.0.1'
  const { kernel, listeners } = await house([
    { port: 0, request_handlers: NATIVE },
    { port: 0, request_handlers: NATIVE },
    { port: 0, ip, request_handlers: NATIVE },
  ])
  const names = listeners.addresses.map(({ name }) => name)
  t.is(new Set(names).size, 3)
  if (six) t.regex(names[2]!, /^\[::1\]:\d+$/)
  for (const name of names) t.is((await fetch(`http://${name}/page`)).status, 200)
  await kernel.close()
})

test('an address that is not of this machine, and a limit shorter than that for headers', async t => {
  await t.throwsAsync(house([{ port: 0, ip: '192.0.2.1', request_handlers: NATIVE }]), {
    message:
      /^cannot listen on port 0 of 192.0.2.1 \("listen\[0\].port"\): this machine does not have that address; nothing was started$/,
  })
  const { kernel } = await house([{ port: 0, request_handlers: NATIVE }], { limits: { request_seconds: 2 } })
  t.is((await kernel.fetch('/page')).status, 200)
  await kernel.close()
})

const issue = (host: string) =>
  generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
  })

test('certificates: key and chain in one file, in several, behind a star', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  const [a, b] = [await issue('a.example'), await issue('b.example')]
  for (const [name, made] of [
    ['a', a],
    ['b', b],
  ] as const) {
    mkdirSync(join(path, name))
    writeFileSync(join(path, name, 'fullchain.pem'), made.cert)
    writeFileSync(join(path, name, 'cert.pem'), made.cert)
    writeFileSync(join(path, name, 'privkey.pem'), made.private)
    writeFileSync(join(path, `${name}.pem`), `${made.cert}\n${made.private}`)
  }
  const file = (name: string) => join(path, name)
  t.is(readCertificates([file('a.pem')], 'certfiles').length, 1)
  t.is(readCertificates([file('a/privkey.pem'), file('a/fullchain.pem')], 'certfiles').length, 1)
  const both = readCertificates([join(path, '*', '*.pem')], 'certfiles')
  t.deepEqual(
    both.map(each => [each.serves('a.example'), each.serves('b.example')]),
    [
      [true, false],
      [false, true],
    ],
  )
  const wrong = (files: string[]) => t.throws(() => readCertificates(files.map(file), 'certfiles'))!.message
  t.regex(wrong(['a/cert.pem']), /^"certfiles": no private key in .*cert.pem$/)
  t.regex(wrong(['a/privkey.pem']), /no certificate in/)
  t.regex(wrong(['gone.pem']), /gone.pem cannot be read: ENOENT/)
  t.regex(wrong(['a/cert.pem', 'b/privkey.pem']), /a private key in .* matches none of the certificates there/)
  writeFileSync(file('damaged.pem'), '-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n')
  t.regex(wrong(['damaged.pem']), /damaged.pem is damaged or encrypted/)
})

function peerOf(name: string, servername: string): Promise<{ fingerprint: string; socket: TLSSocket; status: number }> {
  return new Promise((resolve, reject) => {
    const agent = new TlsAgent({ rejectUnauthorized: false })
    tlsGet(`https://${name}/page`, { agent, servername }, response => {
      const socket = response.socket as TLSSocket
      resolve({ fingerprint: socket.getPeerCertificate().fingerprint256, socket, status: response.statusCode! })
      response.resume()
    }).once('error', reject)
  })
}

test('tls: the certificate that fits the name is served, and a renewed one after a reload', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  const write = async () => {
    for (const host of ['a.example', 'b.example']) {
      const made = await issue(host)
      writeFileSync(join(path, `${host}.pem`), `${made.private}\n${made.cert}\n`)
    }
  }
  await write()
  const { kernel, listeners, reload } = await house(
    [
      { port: 0, request_handlers: NATIVE },
      { port: 0, tls: true, request_handlers: NATIVE },
    ],
    { certfiles: [join(path, '*.example.pem')] },
  )
  const { name } = listeners.addresses[1]!
  const [a, b] = [await peerOf(name, 'a.example'), await peerOf(name, 'b.example')]
  t.is(a.status, 200)
  t.not(a.fingerprint, b.fingerprint)
  await write()
  await reload()
  t.is(listeners.addresses[1]!.name, name)
  t.not((await peerOf(name, 'a.example')).fingerprint, a.fingerprint)
  await kernel.close()
})

test('the self-signed certificate is made for all hosts, anew only for one that it lacks, and readable by its owner alone', async t => {
  const { path, remove } = temporaryFolder()
  t.teardown(remove)
  const [made] = await selfSignedCertificate(path, ['example.org', 'example.net'])
  t.true(made!.serves('example.net'))
  const file = join(path, 'tls', 'self-signed.pem')
  t.is(statSync(file).mode & 0o777, 0o600)
  t.false(existsSync(`${file}.new`))
  const before = readFileSync(file, 'utf8')
  const [again] = await selfSignedCertificate(path, ['example.net'])
  t.is(again!.cert, made!.cert)
  t.is(readFileSync(file, 'utf8'), before)
  const [other] = await selfSignedCertificate(path, ['example.net', 'other.example'])
  t.true(other!.serves('example.net') && other!.serves('other.example'))
  t.is(statSync(file).mode & 0o777, 0o600)
})
