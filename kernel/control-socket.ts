import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, rmdirSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { KernelError, reason } from './errors.js'
import type { App } from './http/app.js'
import { closeGracefully } from './http/close-gracefully.js'
import { readMounts } from './http/mounts.js'
import type { Carrier } from './http/request.js'
import { AddressSet } from './names/address-set.js'

const SOCKET = 'control.sock'
/** The longest path, in bytes, that a sockaddr_un takes everywhere, with some room. */
const LONGEST = 100

/** Where the control socket of a data folder is; a folder with a very long path has it in the temporary folder. */
export function controlSocketPath(dataFolder: string): string {
  const path = join(dataFolder, SOCKET)
  if (Buffer.byteLength(path) <= LONGEST) return path
  const short = createHash('sha256').update(dataFolder).digest('hex').slice(0, 12)
  return join(tmpdir(), `patchbay-${userInfo().uid}-${short}`, SOCKET)
}

const CARRIER: Carrier = {
  name: 'control socket',
  tag: undefined,
  tls: false,
  local: true,
  mounts: readMounts({ '/': 'everything' }, 'the control socket'),
  headers: undefined,
  proxies: new AddressSet([]),
  allowed: new AddressSet([]),
}

/** The local way in, protected by file rights: it works also when no plugin can tell who is calling. */
export class ControlSocket {
  readonly #server: Server
  readonly #path: string
  /** The folder made only for it, when the data folder's path is too long. */
  readonly #ownFolder: string | undefined

  private constructor(server: Server, path: string, dataFolder: string) {
    this.#server = server
    this.#path = path
    this.#ownFolder = path === join(dataFolder, SOCKET) ? undefined : dirname(path)
  }

  /** Throws `listen_failed`; a socket on which another process answers is left alone. */
  static async open(app: App, dataFolder: string): Promise<ControlSocket> {
    const path = controlSocketPath(dataFolder)
    const server = createServer((request, response) => app.handle(CARRIER, request, response))
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      assertOurs(dirname(path))
      await removeStale(path)
      await listen(server, path)
    } catch (thrown) {
      throw new KernelError('listen_failed', `the control socket ${path} cannot be opened: ${reason(thrown)}`, {
        hint: 'give this Patchbay a data folder of its own with PATCHBAY_DATA, or remove what is in the way',
        cause: thrown,
      })
    }
    return new ControlSocket(server, path, dataFolder)
  }

  /** Lets requests under way finish, within `graceMs` milliseconds, and removes the file. */
  async close(graceMs: number): Promise<void> {
    await closeGracefully(this.#server, graceMs)
    rmSync(this.#path, { force: true })
    try {
      if (this.#ownFolder) rmdirSync(this.#ownFolder)
    } catch {
      // Somebody keeps something else there; leaving goes on.
    }
  }
}

/** Readable by its owner alone from its first moment on. */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const mask = process.umask(0o177)
    server.listen(path, () => {
      server.off('error', reject).on('error', () => {
        // A connection that could not be accepted; the socket itself goes on.
      })
      resolve()
    })
    process.umask(mask)
  })
}

/** A folder in the temporary folder could have been put there by somebody else. */
function assertOurs(folder: string): void {
  if (!folder.startsWith(tmpdir())) return
  const { uid } = lstatSync(folder)
  if (uid !== userInfo().uid) throw new Error(`${folder} belongs to another user`)
}

/** A socket file outlives a `kill -9`. */
async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found) return
  if (!found.isSocket()) throw new Error('something else is in its place')
  if (await answers(path)) throw new Error('another Patchbay answers on it')
  rmSync(path)
}

function answers(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    // Whatever is not a plain refusal may be a process that is only busy.
    socket.once('error', (thrown: NodeJS.ErrnoException) => resolve(thrown.code !== 'ECONNREFUSED'))
  })
}
