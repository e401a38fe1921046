import type { Signer } from './jwt/signer.js'
import { newToken } from './token.js'
import { now, type TokenStore } from './token-store.js'

export interface Order {
  jid: string
  scopes: readonly string[]
  seconds: number
  /** A JWT instead of a random token. */
  jwt?: boolean
  client?: string | undefined
  /** Of the account that it is for. */
  revision?: string | undefined
  /** The name of the operator that it is for. */
  operator?: string | undefined
  /** When the login began, on the clock of `performance.now`. */
  since?: number
}

/** Makes tokens and stores them. */
export class Mint {
  readonly #store: TokenStore
  readonly #signer: Signer

  constructor(store: TokenStore, signer: Signer) {
    this.#store = store
    this.#signer = signer
  }

  /** Undefined when all tokens of the JID were ended meanwhile. */
  async issue({ jid, scopes, seconds, jwt, client, revision, operator, since }: Order): Promise<string | undefined> {
    const token = jwt ? this.#signer.sign(jid, scopes, seconds, client) : newToken()
    const issued = now()
    const record = {
      jid,
      scopes,
      issued,
      expires: issued + seconds,
      ...(client === undefined ? {} : { client }),
      ...(revision === undefined ? {} : { revision }),
      ...(operator === undefined ? {} : { operator }),
    }
    return (await this.#store.add(token, record, since)) ? token : undefined
  }
}
