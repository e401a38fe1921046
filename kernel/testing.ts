import 'reflect-metadata'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { defaultSettings } from './config/settings.js'
import { ControlSocket, controlSocketPath } from './control-socket.js'
import { KernelError } from './errors.js'
import { House } from './house.js'
import { App } from './http/app.js'
import { Listeners } from './http/listeners.js'
import { Inventory, type PluginDetails } from './inventory.js'
import { Kernel } from './kernel.js'
import { KernelHost } from './kernel-host.js'
import { Leaks } from './leaks.js'
import type { PluginDefinition } from './life/definition.js'
import { plugin as define } from './life/definition.js'
import { Holdings } from './life/holdings.js'
import { Log, type LogLine } from './log.js'
import { KERNEL, Store } from './store/store.js'
import { Supervisor } from './supervisor.js'

export interface TestOptions {
  /** Other plugins that this one needs, such as a backend or a stand-in for one. */
  with?: readonly PluginDefinition[]
  /** Folders of plugins on disk. */
  pluginFolders?: readonly string[]
  /** As in patchbay.yml. */
  config?: Record<string, unknown>
  /** Whether uncaught errors of plugins are supervised as in the real process; off, so that a test runner sees them. */
  supervise?: boolean
  /** Where everything is kept; a fresh one in memory unless said. */
  store?: Store
}

export interface TestRequest extends RequestInit {
  /** `operator` (the default) may do everything; `nobody` sends no credentials. Only without a plugin that authenticates. */
  as?: 'operator' | 'nobody'
}

export interface LocalRequest {
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** A kernel in memory with one listener that carries everything. */
export interface TestKernel {
  /** `http://127.0.0.1:<free port>` */
  readonly url: string
  readonly kernel: Kernel
  readonly house: House
  fetch(path: string, init?: TestRequest): Promise<Response>
  /** The same over the control socket, where everything is permitted. */
  local(path: string, init?: LocalRequest): Promise<{ status: number; body: string }>
  inspect(name: string): PluginDetails
  /** What was logged so far. */
  readonly log: readonly LogLine[]
  /** Stops everything, then fails on any effect, namespace, holding, timer or socket that a plugin left behind. */
  close(): Promise<void>
}

const OPERATOR = `Basic ${Buffer.from('operator@localhost:test').toString('base64')}`

/** Starts `plugin` (or several) alone in a kernel of its own. */
export async function testKernel(
  plugin: PluginDefinition | readonly PluginDefinition[] | undefined,
  options: TestOptions = {},
): Promise<TestKernel> {
  const given = [
    ...(plugin === undefined ? [] : Array.isArray(plugin) ? plugin : [plugin]),
    ...(options.with ?? []),
  ] as PluginDefinition[]
  const leaks = new Leaks()
  const lines: LogLine[] = []
  const log = new Log('debug', line => lines.push(line))
  const written = {
    listen: [{ port: 0, ip: '127.0.0.1', request_handlers: { '/': 'everything' } }],
    ...options.config,
  }
  const loaded = defaultSettings(written)
  const store = options.store ?? (await Store.inMemory())
  const before = new Set(store.open)
  const house = new House({
    loaded,
    load: () => defaultSettings(written),
    store,
    log,
    pluginFolders: options.pluginFolders ?? [],
    given: [...given, everybody],
  })
  const { container } = house
  const release = options.supervise
    ? container.resolve(Supervisor).watch(thrown => lines.push(unattributed(thrown)))
    : undefined
  const kernel = container.resolve(Kernel)
  try {
    await house.open({ plugins: 'none' })
    for (const { name, autostart = true } of given) {
      if (autostart && kernel.live.table.generations.get(name) === undefined)
        await kernel.start(name, { cascade: true })
    }
    if (!kernel.live.table.authenticator) await kernel.start(everybody.name)
  } catch (thrown) {
    await house.close(0)
    release?.()
    await leaks.close(container.resolve(KernelHost))
    throw thrown
  }
  const url = `http://${container.resolve(Listeners).addresses[0]!.name}`

  let control: ReturnType<typeof openControl> | undefined

  return {
    url,
    kernel,
    house,
    log: lines,
    fetch(path, { as = 'operator', headers, ...init } = {}) {
      const all = new Headers(headers)
      if (as === 'operator' && !all.has('Authorization')) all.set('Authorization', OPERATOR)
      return fetch(url + path, { ...init, headers: all })
    },
    async local(path, init = {}) {
      control ??= openControl(container.resolve(App))
      return askControl((await control).path, path, init)
    },
    inspect: name => container.resolve(Inventory).inspect(name),
    async close() {
      await (await control)?.close()
      await house.close(200)
      release?.()
      const left = [
        ...lines
          .filter(line => line.level === 'error' && line['effect'])
          .map(line => `${line.plugin}: ${line.message}`),
        ...given.flatMap(({ name }) =>
          [...container.resolve(Holdings).of(name).keys()].map(key => `${name}: holding "${key}"`),
        ),
        ...store.open
          .filter(name => !before.has(name) && !name.startsWith(`${KERNEL}:`))
          .map(name => `namespace "${name}"`),
        ...(await leaks.close(container.resolve(KernelHost))),
      ]
      if (left.length > 0) {
        throw new KernelError('internal', `left behind after every plugin was stopped:\n  ${left.join('\n  ')}`, {
          hint: 'undo it with ctx.effect, keep it with ctx.keep, or use ctx.every for timers',
        })
      }
    },
  }
}

async function openControl(app: App) {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-test-'))
  const socket = await ControlSocket.open(app, folder)
  return {
    path: controlSocketPath(folder),
    async close() {
      await socket.close(200)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function askControl(socketPath: string, path: string, { method = 'GET', headers = {}, body = '' }: LocalRequest) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const length = { 'Content-Length': String(Buffer.byteLength(body)) }
    const request = httpRequest(
      { socketPath, path, method, headers: { ...length, ...headers }, agent: false },
      response => text(response).then(answer => resolve({ status: response.statusCode!, body: answer }), reject),
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** Stands in for `auth`: whoever sends the test operator's credentials may do everything. */
const everybody = define({
  name: 'test-auth',
  version: '0.0.0',
  autostart: false,
  start(ctx) {
    const operator = { kind: 'operator', name: 'operator' } as const
    ctx.authenticate({
      recall: (_face, authorization) => (authorization === OPERATOR ? operator : undefined),
      verify: async () => undefined,
      permits: identity => identity === operator,
    })
  },
}) as PluginDefinition

function unattributed(thrown: unknown): LogLine {
  return { time: new Date().toISOString(), level: 'error', message: `uncaught, of no plugin: ${String(thrown)}` }
}
