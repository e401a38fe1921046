import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'

export const PATCHBAY = join(__dirname, '..', '..', 'kernel', 'cli', 'patchbay.js')
export const PASSWORD = 'correct horse'

/** How a child process ended, and what it wrote. */
export interface Ended {
  code: number | null
  out: string
  err: string
}

/** Whatever can undo itself at the end: a test, or `test.after`. */
export interface Teardown {
  teardown: ExecutionContext['teardown']
}

/** A folder with these files, removed at the end. */
export function folderWith(t: Teardown, files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  for (const [name, text] of Object.entries(files)) write(join(folder, name), text)
  return folder
}

export function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** A configuration that takes no fixed port. */
export const configuration = (more = '') => `
listen:
  - port: 0
    request_handlers: { "/": everything }
${more || 'plugins:'}
  mqtt-broker: { port: 0, ws_port: 0 }
  xmpp-server: { port: 0, tls_port: 0 }
`

/** Runs `patchbay …` in `folder` until it ends. */
export async function patchbay(folder: string, given: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return ended(start(folder, [PATCHBAY, ...given], env))
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const written = { out: '', err: '' }
  child.stdout!.setEncoding('utf8').on('data', text => {
    written.out += text
  })
  child.stderr!.setEncoding('utf8').on('data', text => {
    written.err += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...written }
}

export function start(folder: string, given: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(PATCHBAY_|NODE_(OPTIONS|TEST|V8)|AVA_)/.test(name)),
  )
  return spawn(process.execPath, given, {
    cwd: folder,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** A Patchbay in a process of its own. */
export interface Served {
  readonly folder: string
  readonly url: string
  readonly process: ChildProcess
  readonly output: () => string
  run(...given: string[]): Promise<Ended>
  /** As the operator. */
  get(path: string, init?: RequestInit): Promise<Response>
  /** Ends it by a signal; resolves to its exit code. */
  end(): Promise<number | null>
}

/** Starts `patchbay serve` (or another verb) with `folder/patchbay.yml`; it is ended at the latest at the end. */
export async function served(t: Teardown, folder: string, given = ['serve'], program = PATCHBAY): Promise<Served> {
  const env = { PATCHBAY_CONFIG: join(folder, 'patchbay.yml'), PATCHBAY_ADMIN_PASSWORD: PASSWORD }
  const child = start(folder, [program, ...given], env)
  let output = ''
  const hear = (text: string) => {
    output += text
  }
  child.stdout!.setEncoding('utf8').on('data', hear)
  child.stderr!.setEncoding('utf8').on('data', hear)
  const closed = once(child, 'close') as Promise<[number | null]>
  const end = async () => {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), 8000)
    const [code] = await closed
    clearTimeout(late)
    return code
  }
  t.teardown(end)
  const address = () => /answers on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1]
  await until(() => address() !== undefined || child.exitCode !== null)
  const url = address()
  if (url === undefined) throw new Error(`it did not start:\n${output}`)
  return {
    folder,
    url,
    process: child,
    output: () => output,
    run: (...words) => patchbay(folder, words, { PATCHBAY_CONFIG: env.PATCHBAY_CONFIG }),
    get: (path, init = {}) => {
      const authorization = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`
      return fetch(url + path, { ...init, headers: { authorization } })
    },
    end,
  }
}

/** Waits for something that will be true soon; throws when it takes too long. */
export async function until(holds: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  const late = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > late) throw new Error(`this was never so: ${holds}`)
    await pause(20)
  }
}

/** The source of a plugin in JavaScript, with one public route that answers `says`. */
export function pluginSays(name: string, says: string, more = ''): string {
  return `exports.default = { name: '${name}', version: '1.0.0', ${more}
  start(ctx) { ctx.route('GET', '/${name}', { public: true }, () => ({ says: '${says}', generation: ctx.generation })) } }
`
}
