import type { Namespace } from 'patchbay'
import { now } from './token-store.js'

const PAGE = 500

/** JWTs of foreign issuers that were revoked here, by their digest, until they would have expired (epoch seconds). */
export class Revoked {
  readonly #namespace: Namespace<number>
  #after: string | undefined

  constructor(namespace: Namespace<number>) {
    this.#namespace = namespace
  }

  has(digest: string): boolean {
    return this.#namespace.getSync(digest) !== undefined
  }

  add(digest: string, expires: number): Promise<void> {
    return this.#namespace.put(digest, expires)
  }

  /** One bounded step. */
  async sweep(): Promise<void> {
    const { entries, next } = await this.#namespace.page(PAGE, { gt: this.#after })
    this.#after = next
    const expired = entries.filter(([, expires]) => expires <= now())
    if (expired.length > 0) await this.#namespace.batch(expired.map(([digest]) => ({ delete: digest })))
  }
}
