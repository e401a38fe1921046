import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { PASSWORD } from './child.js'
import { Connection } from './connection.js'
import { request } from './load.js'
import { nodeFlags } from './node-flags.js'
import { textOption } from './program.js'
import { freePort, temporaryFolder } from './temporary.js'

const ROOT = join(__dirname, '..', '..', '..')
/** What every built process answers once it listens and its operators are known. */
const PATH = '/kernel/plugins'
const PATIENCE_MS = 15_000

function entry(): string[] {
  const given = textOption('entry')
  if (given) return given.split(' ')
  const program = join(ROOT, 'dist', 'kernel', 'cli', 'patchbay.js')
  if (!existsSync(program)) throw new Error('nothing is built: npm run build')
  return [...nodeFlags(), program, 'serve']
}

/** Patchbay as people start it, with every plugin of the house, in a data folder that stays between its starts. */
export class WholeProcess {
  readonly port: number
  readonly #data: string
  readonly #config: string
  #process: ChildProcess | undefined

  private constructor(port: number, config: object) {
    this.port = port
    this.#data = temporaryFolder()
    this.#config = join(this.#data, 'patchbay.yml')
    // JSON is YAML.
    writeFileSync(this.#config, JSON.stringify(config))
  }

  /** All ports are free ones, so that nothing that runs on this machine is in the way. */
  static async prepare(): Promise<WholeProcess> {
    const [port, mqtt, webSocket] = [await freePort(), await freePort(), await freePort()]
    const [xmpp, xmppTls] = [await freePort(), await freePort()]
    return new WholeProcess(port, {
      listen: [{ port, request_handlers: { '/': 'everything' } }],
      plugins: {
        'mqtt-broker': { port: mqtt, ws_port: webSocket },
        'xmpp-server': { port: xmpp, tls_port: xmppTls },
      },
    })
  }

  /** Resolves, to milliseconds since the start, with the first answer to a permitted request. */
  async start(): Promise<{ firstAnswer: number; answer: string }> {
    const began = performance.now()
    const child = spawn(process.execPath, entry(), {
      cwd: this.#data,
      env: {
        ...process.env,
        PATCHBAY_DATA: this.#data,
        PATCHBAY_CONFIG: this.#config,
        PATCHBAY_ADMIN_PASSWORD: PASSWORD,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process = child
    let written = ''
    for (const stream of [child.stdout, child.stderr]) stream!.on('data', (text: Buffer) => (written += text))
    for (;;) {
      const answer = await this.#ask()
      if (answer) return { firstAnswer: performance.now() - began, answer }
      if (child.exitCode !== null || performance.now() - began > PATIENCE_MS)
        throw new Error(`it did not start:\n${written}`)
      await pause(2)
    }
  }

  /** Memory of the process that is held in RAM, in bytes. */
  get resident(): number {
    const status = readFileSync(`/proc/${this.#process!.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024
  }

  async stop(): Promise<void> {
    const child = this.#process!
    const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    await ended
  }

  async #ask(): Promise<string | undefined> {
    const connection = await Connection.open(this.port, () => undefined).catch(() => undefined)
    if (!connection) return undefined
    const reply = await new Promise<{ status: string; body: string } | undefined>(resolve =>
      connection.send(request('GET', PATH), resolve),
    )
    connection.close()
    return reply?.status === '200' ? reply.body : undefined
  }
}
