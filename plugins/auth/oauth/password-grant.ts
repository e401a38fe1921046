import { bareJid, type EjabberdCommand, type Identity, type OauthRefusal } from 'patchbay'
import type { Login } from '../proof.js'
import type { Mint } from './mint.js'
import { LONGEST_SECONDS, type OauthOptions } from './options.js'
import { checkScopes, scopesOf } from './scopes.js'

/** What decides about a login, and who is asked for it. */
export interface Deciding {
  login: Login
  /** `oauth_access`: whether this JID may have tokens. */
  oauthAllows(jid: string, address: string): boolean
  /** The name of the administrator who has this JID. */
  operatorNamed(jid: string): string | undefined
  /** Of an account, as its backend tells it: the same across restarts; undefined for one that does not exist. */
  revision(jid: string): string | undefined
  /** The live commands, whose names are scopes. */
  commands(): readonly EjabberdCommand[]
}

export interface Granted {
  identity: Identity
  token: string
  scopes: readonly string[]
  seconds: number
}

export interface NotGranted {
  /** The part of the request that was wrong. */
  wrong: 'jid' | 'ttl' | 'format' | 'password' | 'scope'
  refusal?: OauthRefusal
}

/** A JWT must fit into a header, and into what is looked at when it comes back. */
const LONGEST_JWT_SCOPE = 3000

/** A token for the name and the password of a form (RFC 6749 §4.3): JID → password → `oauth_access` → scopes. */
export class PasswordGrant {
  readonly #deciding: Deciding
  readonly #mint: Mint
  readonly #options: OauthOptions

  constructor(deciding: Deciding, mint: Mint, options: OauthOptions) {
    this.#deciding = deciding
    this.#mint = mint
    this.#options = options
  }

  async ask(
    parameters: ReadonlyMap<string, string>,
    address: string,
    client: string | undefined,
  ): Promise<Granted | NotGranted> {
    const { login, oauthAllows, operatorNamed, commands } = this.#deciding
    const jid = bareJid(parameters.get('username') ?? '')
    if (jid === undefined) return { wrong: 'jid' }
    const seconds = secondsOf(parameters.get('ttl') ?? '', this.#options.oauth_expire)
    if (seconds === undefined) return { wrong: 'ttl' }
    const format = parameters.get('token_format') ?? (this.#options.jwt.default ? 'jwt' : 'opaque')
    if (format !== 'jwt' && format !== 'opaque') return { wrong: 'format' }
    const since = performance.now()
    // Asked for before the password is, so that a password that changes meanwhile is not taken for the new one.
    const operator = operatorNamed(jid)
    const revision = operator !== undefined ? undefined : this.#deciding.revision(jid)
    const identity = await login('oauth', address, jid, parameters.get('password') ?? '')
    const proven =
      identity?.jid === jid && (identity.kind === 'operator' ? identity.name === operator : revision !== undefined)
    if (!proven) return { wrong: 'password', refusal: { as: jid, why: 'credentials' } }
    if (!oauthAllows(jid, address)) return { wrong: 'password', refusal: { as: jid, why: 'permission', identity } }
    const { scopes, unknown } = checkScopes(scopesOf(parameters.get('scope') ?? '', ' '), commands())
    const tooLong = format === 'jwt' && scopes.join(' ').length > LONGEST_JWT_SCOPE
    if (unknown !== undefined || tooLong) return { wrong: 'scope' }
    const token = await this.#mint.issue({
      jid,
      scopes,
      seconds,
      jwt: format === 'jwt',
      client,
      revision,
      operator,
      since,
    })
    if (token === undefined) return { wrong: 'password', refusal: { as: jid, why: 'credentials' } }
    return { identity, token, scopes, seconds }
  }
}

/** Bounded by what the authorization page offers at most. */
function secondsOf(ttl: string, otherwise: number): number | undefined {
  if (ttl === '') return otherwise
  const seconds = /^\d{1,12}$/.test(ttl) ? Number(ttl) : 0
  return seconds > 0 ? Math.min(seconds, LONGEST_SECONDS) : undefined
}
