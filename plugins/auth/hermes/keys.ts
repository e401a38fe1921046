import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type AccessLevel, AddressSet, inSequence, type Namespace, type PluginContext, type Sequence } from 'patchbay'
import type { Forget } from '../proof.js'

/** A Hermes API key at rest: `<id>.<secret>` without its secret. */
export interface HermesKey {
  /** SHA-256 of the secret, base64: it is random, so that it needs no slow hash. */
  readonly digest: string
  /** The address or network from which it may be used. */
  readonly host: string
  readonly level: AccessLevel
}

/** Shared by both generations of a reload, so that a removed key is gone at once. */
export interface KeptHermesKeys extends Sequence {
  readonly namespace: Namespace<HermesKey>
  readonly known: Map<string, HermesKey>
}

const ID_BYTES = 6
const SECRET_BYTES = 24
const MOST = 1000
/** No secret has this digest. */
const NO_DIGEST = Buffer.alloc(32).toString('base64')

export function keepHermesKeys(ctx: PluginContext<unknown>): Promise<KeptHermesKeys> {
  return ctx.keep<KeptHermesKeys>('hermes keys', {
    async open(_call, holding) {
      const namespace = holding.storage<HermesKey>('hermes-keys')
      const known = new Map<string, HermesKey>()
      for await (const [id, key] of namespace.entries()) known.set(id, key)
      return { namespace, known, last: undefined }
    },
    close: ({ known }) => known.clear(),
  })
}

/** The API keys of the Hermes face: each bound to an address, with an access level of its own. */
export class HermesKeys {
  readonly #kept: KeptHermesKeys
  readonly #forget: Forget
  readonly #hosts = new WeakMap<HermesKey, AddressSet>()

  constructor(kept: KeptHermesKeys, forget: Forget) {
    this.#kept = kept
    this.#forget = forget
  }

  get list(): { id: string; host: string; level: AccessLevel }[] {
    return [...this.#kept.known].map(([id, { host, level }]) => ({ id, host, level }))
  }

  /** The whole key, which is known only now; undefined when there are too many. */
  add(host: string, level: AccessLevel): Promise<string | undefined> {
    return inSequence(this.#kept, async () => {
      if (this.#kept.known.size >= MOST) return undefined
      const id = randomBytes(ID_BYTES).toString('hex')
      const secret = randomBytes(SECRET_BYTES).toString('base64url')
      const key = { digest: hash('sha256', secret, 'base64'), host, level }
      await this.#kept.namespace.put(id, key)
      this.#kept.known.set(id, key)
      return `${id}.${secret}`
    })
  }

  /** `text` is an id, or a whole key, whose secret must then be right. The id that is gone, or undefined. */
  remove(text: string): Promise<string | undefined> {
    return inSequence(this.#kept, async () => {
      const id = text.includes('.') ? this.#idOf(text) : text
      if (id === undefined || !this.#kept.known.has(id)) return undefined
      await this.#kept.namespace.delete(id)
      this.#kept.known.delete(id)
      await this.#forget(ownerOf(id))
      return id
    })
  }

  /** Whose key it is, when it may be used from `address`. */
  verify(text: string, address: string): { id: string; level: AccessLevel } | undefined {
    const id = this.#idOf(text)
    return id !== undefined && this.admits(id, address) ? { id, level: this.#kept.known.get(id)!.level } : undefined
  }

  /** Whether the key is still there and may be used from `address`. */
  admits(id: string, address: string): boolean {
    const key = this.#kept.known.get(id)
    if (!key) return false
    const hosts = this.#hosts.get(key) ?? new AddressSet([key.host])
    this.#hosts.set(key, hosts)
    return hosts.has(address)
  }

  /** The id of a whole key with the right secret. */
  #idOf(text: string): string | undefined {
    const dot = text.indexOf('.')
    const id = text.slice(0, Math.max(dot, 0))
    const key = this.#kept.known.get(id)
    const digest = hash('sha256', text.slice(dot + 1), 'buffer')
    const right = timingSafeEqual(digest, Buffer.from(key?.digest ?? NO_DIGEST, 'base64'))
    return right && key ? id : undefined
  }
}

export function ownerOf(id: string): string {
  return `hermes-key:${id}`
}
