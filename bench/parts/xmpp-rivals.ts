import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { PASSWORD } from './child.js'
import { basic } from './load.js'
import { chownAll, userNamed } from './system-user.js'
import { freePort, temporaryFolder } from './temporary.js'
import { localhostCertificate } from './xmpp-certificate.js'
import { prosodyModule } from './xmpp-prosody-module.js'

/** Another XMPP server, in a process of its own, with the accounts `admin` and `user0`, `user1`, … on `localhost`. */
export interface Rival {
  name: 'ejabberd' | 'Prosody'
  pid: number
  /** Of its clients. */
  port: number
  /** Of its HTTP API. */
  http: number
  /** What is written to the log, for whoever looks for the reason of a failure. */
  log: string
  end(): Promise<void>
}

export interface RivalOptions {
  /** How passwords are stored. */
  store: 'plain' | 'hashed'
  /** Accounts besides the administrator's; their password is the administrator's. */
  accounts: number
}

const PATIENCE_MS = 60_000
const EJABBERDCTL = '/usr/sbin/ejabberdctl'
const PROSODY = '/usr/bin/prosody'

/** Debian's ejabberd without distribution, so without epmd; undefined where it is not installed. */
export async function startEjabberd({ store, accounts }: RivalOptions): Promise<Rival | undefined> {
  if (!existsSync(EJABBERDCTL)) return undefined
  const folder = temporaryFolder()
  const [port, http] = [await freePort(), await freePort()]
  const { key, cert } = await localhostCertificate()
  writeFileSync(join(folder, 'server.pem'), `${key}\n${cert}`)
  const config = join(folder, 'ejabberd.yml')
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      hosts: ['localhost'],
      loglevel: 'error',
      certfiles: [join(folder, 'server.pem')],
      auth_password_format: store === 'plain' ? 'plain' : 'scram',
      acl: { admin: { user: ['admin@localhost'] } },
      shaper_rules: { c2s_shaper: 'none' },
      api_permissions: {
        // Whoever asks is on this machine; without this nobody could make the first account.
        setup: { who: [{ ip: '127.0.0.1/8' }], what: ['register'] },
        administration: { who: [{ user: 'admin@localhost' }], what: '*' },
      },
      listen: [
        { port, ip: '127.0.0.1', module: 'ejabberd_c2s', starttls: true, max_stanza_size: 262_144, access: 'all' },
        {
          port: http,
          ip: '127.0.0.1',
          module: 'ejabberd_http',
          request_handlers: { '/api': 'mod_http_api', '/xmpp-websocket': 'ejabberd_http_ws' },
        },
      ],
      modules: Object.fromEntries(
        ['mod_adhoc', 'mod_admin_extra', 'mod_disco', 'mod_http_api', 'mod_last', 'mod_offline', 'mod_ping']
          .concat([
            'mod_private',
            'mod_roster',
            'mod_vcard',
            'mod_version',
            'mod_time',
            'mod_blocking',
            'mod_privacy',
            'mod_muc',
          ])
          .map(name => [name, {}]),
      ),
    }),
  )
  const [, libraries = ''] = /^ERL_LIBS='([^']+)'/m.exec(readFileSync(EJABBERDCTL, 'utf8')) ?? []
  const log = join(folder, 'ejabberd.log')
  const environment = { ...process.env, HOME: folder, ERL_LIBS: libraries }
  const child = spawn(
    '/usr/bin/erl',
    // As ejabberdctl starts it, with its usual limits.
    ['+K', 'true', '+P', '250000', '+Q', '65536', '-mnesia', 'dir', JSON.stringify(join(folder, 'database'))].concat([
      '-s',
      'ejabberd',
      '-noinput',
    ]),
    { cwd: folder, stdio: 'ignore', env: { ...environment, EJABBERD_CONFIG_PATH: config, EJABBERD_LOG_PATH: log } },
  )
  endWithUs(child)
  await listening('ejabberd', child, [port, http], log)
  await registerAtEjabberd(http, ['admin', ...Array.from({ length: accounts }, (_, index) => `user${index}`)])
  return { name: 'ejabberd', pid: child.pid!, port, http, log, end: () => ended(child) }
}

async function registerAtEjabberd(http: number, names: readonly string[]): Promise<void> {
  const left = [...names]
  const work = async () => {
    for (let user = left.pop(); user !== undefined; user = left.pop()) {
      const response = await fetch(`http://127.0.0.1:${http}/api/register`, {
        method: 'POST',
        body: JSON.stringify({ user, host: 'localhost', password: PASSWORD }),
      })
      if (!response.ok) throw new Error(`ejabberd does not register ${user}: ${await response.text()}`)
      await response.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
}

/** Debian's Prosody with a small module of ours for its HTTP side; undefined where it is not installed. */
export async function startProsody({ store, accounts }: RivalOptions): Promise<Rival | undefined> {
  if (!existsSync(PROSODY)) return undefined
  const folder = temporaryFolder()
  const [port, http] = [await freePort(), await freePort()]
  const { key, cert } = await localhostCertificate()
  writeFileSync(join(folder, 'server.key'), key)
  writeFileSync(join(folder, 'server.crt'), cert)
  writeFileSync(join(folder, 'mod_bench_rest.lua'), prosodyModule(accounts, PASSWORD))
  const log = join(folder, 'prosody.log')
  const config = join(folder, 'prosody.cfg.lua')
  writeFileSync(
    config,
    `data_path = "${folder}"
plugin_paths = { "${folder}" }
pidfile = "${folder}/prosody.pid"
log = { warn = "${log}" }
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
s2s_ports = {}
http_ports = { ${http} }
http_interfaces = { "127.0.0.1" }
https_ports = {}
http_default_host = "localhost"
modules_enabled = { "disco", "roster", "saslauth", "tls", "private", "vcard_legacy", "version", "time", "ping", "blocklist", "websocket", "bench_rest" }
consider_websocket_secure = true
modules_disabled = { "s2s" }
authentication = "internal_${store}"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
ssl = { key = "${folder}/server.key", certificate = "${folder}/server.crt" }
VirtualHost "localhost"
Component "conference.localhost" "muc"
`,
  )
  // It does not run as root.
  const user = process.getuid?.() === 0 ? (userNamed('prosody') ?? userNamed('nobody')) : undefined
  if (user) chownAll(folder, user)
  const child = spawn(PROSODY, ['--config', config, '-F'], { cwd: folder, stdio: 'ignore', ...user })
  endWithUs(child)
  await listening('Prosody', child, [port, http], log)
  // Its accounts are made after its ports are open.
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    const path = `http://127.0.0.1:${http}/bench_rest/users/count`
    const headers = { Authorization: basic('admin@localhost', PASSWORD) }
    const { ok, status } = await fetch(path, { headers })
    if (ok) break
    if (performance.now() > until) throw new Error(`Prosody answers ${status}:\n${readFileSync(log, 'utf8')}`)
    await pause(100)
  }
  return { name: 'Prosody', pid: child.pid!, port, http, log, end: () => ended(child) }
}

/** A benchmark that fails half-way must not leave servers behind. */
function endWithUs(child: ChildProcess): void {
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
}

async function listening(name: string, child: ChildProcess, ports: readonly number[], log: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS
  for (const port of ports) {
    while (!(await accepts(port))) {
      if (child.exitCode !== null || performance.now() > until) {
        child.kill('SIGKILL')
        throw new Error(`${name} did not start:\n${existsSync(log) ? readFileSync(log, 'utf8') : ''}`)
      }
      await pause(100)
    }
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
