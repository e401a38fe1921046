import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { KernelError, reason } from './errors.js'
import type { App } from './http/app.js'
import { readMounts } from './http/mounts.js'
import type { Carrier } from './http/request.js'

/** The longest path that the kernel's sockaddr_un takes, with some room. */
const LONGEST = 100

/** Where the control socket of a data folder is; a folder with a very long path has it in the temporary folder. */
export function controlSocketPath(dataFolder: string): string {
  const path = join(dataFolder, 'control.sock')
  if (path.length <= LONGEST) return path
  const short = createHash('sha256').update(dataFolder).digest('hex').slice(0, 12)
  return join(tmpdir(), `patchbay-${userInfo().uid}-${short}`, 'control.sock')
}

const CARRIER: Carrier = {
  name: 'control socket',
  tag: undefined,
  tls: false,
  local: true,
  mounts: readMounts({ '/': 'everything' }, 'the control socket'),
  headers: undefined,
}

/** The local way in, protected by file rights: it works also when no plugin can tell who is calling. */
export class ControlSocket {
  readonly #server: Server
  readonly #path: string

  private constructor(server: Server, path: string) {
    this.#server = server
    this.#path = path
  }

  static async open(app: App, dataFolder: string): Promise<ControlSocket> {
    const path = controlSocketPath(dataFolder)
    const server = createServer((request, response) => app.handle(CARRIER, request, response))
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      if (existsSync(path) && !(await answers(path))) rmSync(path)
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
      chmodSync(path, 0o600)
    } catch (thrown) {
      throw new KernelError('listen_failed', `the control socket ${path} cannot be opened: ${reason(thrown)}`, {
        cause: thrown,
      })
    }
    return new ControlSocket(server, path)
  }

  async close(): Promise<void> {
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeIdleConnections()
      setTimeout(() => this.#server.closeAllConnections(), 1000).unref()
    })
    rmSync(this.#path, { force: true })
  }
}

/** Whether a process still listens there; a socket file outlives a `kill -9`. */
function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
