import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto'
import type { Identity } from '../../life/identity.js'
import { type BasicCredentials, identify } from '../access.js'
import type { LiveTable } from '../live-table.js'
import type { KernelContext } from '../request.js'
import { percentDecode, send, sendEmpty } from './face.js'

const MOST = 1000
const IDLE_MS = 30 * 60_000
const LONGEST_MS = 12 * 3_600_000
// VerneMQ's own pages put two slashes before the path.
const FORWARD = /^\/webuiapi\/v1\/nodefwd\/([^/]+)\/?(\/api\/v1(?:\/.*)?)$/

interface WebSession {
  /** The credentials, which only the token opens: they are checked again for every call. */
  readonly sealed: Buffer
  readonly ends: number
  idleUntil: number
}

/** Logins of the web user interface, in memory. The oldest goes when there are too many. */
export class WebSessions {
  readonly #byDigest = new Map<string, WebSession>()
  readonly #now: () => number

  /** `now` is in epoch milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  get count(): number {
    return this.#byDigest.size
  }

  open(credentials: BasicCredentials): string {
    const now = this.#now()
    for (const [digest, { idleUntil }] of this.#byDigest) if (idleUntil <= now) this.#byDigest.delete(digest)
    if (this.#byDigest.size >= MOST) this.#byDigest.delete(this.#byDigest.keys().next().value!)
    const key = randomBytes(32)
    const token = key.toString('base64url')
    const ends = now + LONGEST_MS
    this.#byDigest.set(digestOf(token), { sealed: seal(key, credentials), ends, idleUntil: now + IDLE_MS })
    return token
  }

  credentials(token: string): BasicCredentials | undefined {
    const session = this.#byDigest.get(digestOf(token))
    const now = this.#now()
    if (!session || session.idleUntil <= now) return undefined
    session.idleUntil = Math.min(session.ends, now + IDLE_MS)
    return unseal(Buffer.from(token, 'base64url'), session.sealed)
  }

  close(token: string): boolean {
    return this.#byDigest.delete(digestOf(token))
  }
}

export interface WebuiParts {
  sessions: WebSessions
  node: string
  /** Calls the API as somebody who may do everything there. */
  call(path: string, who: Identity): Promise<void>
}

/**
 * What VerneMQ's web user interface calls: log in with the name and password of an operator in headers, then the API with
 * the token as `x-token` (contracts/mqtt.md §2.5).
 */
export async function webui(ctx: KernelContext, view: LiveTable, path: string, parts: WebuiParts): Promise<void> {
  const { sessions, node, call } = parts
  if (path === '/webuiapi/login') return login(ctx, view, sessions)
  const token = header(ctx, 'x-token')
  if (path === '/webuiapi/logout') {
    const known = token !== undefined && sessions.close(token)
    return known ? send(ctx, 200, 'text/plain', 'ok') : sendEmpty(ctx, 401)
  }
  const [, to, inner] = FORWARD.exec(path) ?? []
  if (to === undefined || inner === undefined) return sendEmpty(ctx, 404)
  const credentials = token === undefined ? undefined : sessions.credentials(token)
  const who = credentials && (await administrator(ctx, view, credentials))
  if (!who) return sendEmpty(ctx, 401)
  // There is one node.
  if (to !== 'self' && percentDecode(to) !== node) return sendEmpty(ctx, 404)
  return call(inner, who)
}

async function login(ctx: KernelContext, view: LiveTable, sessions: WebSessions): Promise<void> {
  if (ctx.method !== 'GET' && ctx.method !== 'POST') {
    ctx.set('Allow', 'GET, POST')
    return sendEmpty(ctx, 405)
  }
  const [name, password] = [header(ctx, 'username'), header(ctx, 'password')]
  if (name === undefined || password === undefined) return sendEmpty(ctx, 401)
  const credentials: BasicCredentials = { scheme: 'basic', name, password }
  if (!(await administrator(ctx, view, credentials))) return sendEmpty(ctx, 401)
  ctx.set('Cache-Control', 'no-store')
  send(ctx, 200, 'text/plain', sessions.open(credentials))
}

/** An operator who may do everything is here what a key with the scope `mgmt` is: the API knows no other callers. */
async function administrator(
  ctx: KernelContext,
  view: LiveTable,
  credentials: BasicCredentials,
): Promise<Identity | undefined> {
  // No header can begin like this, so that it is remembered apart from `Authorization`.
  const remembered = `\nwebui ${JSON.stringify([credentials.name, credentials.password])}`
  // This face knows keys only; operators are asked for as by Patchbay's own API.
  const identity = await identify(ctx, view, 'native', () => credentials, remembered)
  if (identity?.kind === 'local') return identity
  if (identity?.kind !== 'operator' || identity.level !== 3) return undefined
  ctx.identity = { kind: 'key', name: identity.name, scopes: ['mgmt'] }
  return ctx.identity
}

function header({ req }: KernelContext, name: string): string | undefined {
  const value = req.headers[name]
  return value === undefined ? undefined : Buffer.from([value].flat().join(), 'latin1').toString('utf8')
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64')
}

const IV_BYTES = 12
const TAG_BYTES = 16

function seal(key: Buffer, credentials: BasicCredentials): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const text = Buffer.concat([cipher.update(JSON.stringify(credentials), 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), text])
}

function unseal(key: Buffer, sealed: Buffer): BasicCredentials {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_BYTES))
  decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  const text = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
  return JSON.parse(text.toString('utf8')) as BasicCredentials
}
