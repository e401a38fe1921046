import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Namespace } from 'patchbay'

/** A registered client (contracts/xmpp.md §3.5), under its `client_id`. */
export type Client = { readonly name: string } & (
  | { readonly grant: 'password'; readonly secret: string }
  | { readonly grant: 'implicit'; readonly redirectUri: string }
)

/** The registered clients. Their secrets lie in the store as keyed digests. */
export class Clients {
  readonly #namespace: Namespace<Client>
  readonly #key: Buffer

  constructor(namespace: Namespace<Client>, key: Buffer) {
    this.#namespace = namespace
    this.#key = key
  }

  addPassword(id: string, name: string, secret: string): Promise<void> {
    return this.#namespace.put(id, { name, grant: 'password', secret: this.#digest(id, secret).toString('base64') })
  }

  addImplicit(id: string, name: string, redirectUri: string): Promise<void> {
    return this.#namespace.put(id, { name, grant: 'implicit', redirectUri })
  }

  remove(id: string): Promise<void> {
    return this.#namespace.delete(id)
  }

  /** The only address that tokens for this client may be sent to. */
  redirectUriOf(id: string): string | undefined {
    const client = this.#find(id)
    return client?.grant === 'implicit' ? client.redirectUri : undefined
  }

  /** Takes as long for an unknown client as for a wrong secret. */
  authenticate(id: string, secret: string): boolean {
    const client = this.#find(id)
    const digest = this.#digest(id, secret)
    const known = client?.grant === 'password' ? Buffer.from(client.secret, 'base64') : Buffer.alloc(digest.length)
    return timingSafeEqual(known, digest) && client?.grant === 'password'
  }

  #find(id: string): Client | undefined {
    return isClientId(id) ? this.#namespace.getSync(id) : undefined
  }

  #digest(id: string, secret: string): Buffer {
    return createHmac('sha256', this.#key).update(`${id}\0${secret}`).digest()
  }
}

/** Printable ASCII (RFC 6749 appendix A.1), without the colon, which HTTP Basic cannot carry. */
export function isClientId(text: string): boolean {
  return /^[\x20-\x39\x3b-\x7e]{1,255}$/.test(text)
}
