import { createHmac } from 'node:crypto'
import { type Logger, type Namespace, type PluginContext, reason, type Sequence } from 'patchbay'
import { unseal } from './sealed.js'

/** A VerneMQ API key at rest. */
export interface ApiKey {
  /** Encrypted, since `api-key show` has to show it. */
  readonly sealed: string
  /** What it opens, each with its end in epoch milliseconds; null when it has none. */
  readonly scopes: Readonly<Record<string, number | null>>
}

/** In memory, shared by both generations of a reload, so that a deleted key is gone at once. */
export interface KeptKeys extends Sequence {
  readonly namespace: Namespace<ApiKey>
  readonly byId: Map<string, ApiKey>
  /** Ids by the keyed digest of the key. */
  readonly byDigest: Map<string, string>
}

export interface KeySecrets {
  readonly sealing: Buffer
  readonly lookup: Buffer
}

export function keySecrets(ctx: PluginContext<unknown>): KeySecrets {
  return { sealing: ctx.secret('api keys'), lookup: ctx.secret('api key lookup') }
}

export function digestOf({ lookup }: KeySecrets, key: string): string {
  return createHmac('sha256', lookup).update(key).digest('base64')
}

export function keepKeys(ctx: PluginContext<unknown>, secrets: KeySecrets): Promise<KeptKeys> {
  return ctx.keep<KeptKeys>('api keys', {
    async open(_call, holding) {
      const namespace = holding.storage<ApiKey>('api-keys')
      const kept: KeptKeys = { namespace, byId: new Map(), byDigest: new Map(), last: undefined }
      for await (const [id, stored] of namespace.entries()) index(kept, secrets, id, stored, holding.log)
      return kept
    },
    close: ({ byId, byDigest }) => {
      byId.clear()
      byDigest.clear()
    },
  })
}

function index(kept: KeptKeys, secrets: KeySecrets, id: string, stored: ApiKey, log: Logger): void {
  try {
    kept.byDigest.set(digestOf(secrets, unseal(secrets.sealing, id, stored.sealed)), id)
    kept.byId.set(id, stored)
  } catch (thrown) {
    log.warn(`the API key ${id} cannot be read (${reason(thrown)}) and opens nothing: was secret.key replaced?`)
  }
}
