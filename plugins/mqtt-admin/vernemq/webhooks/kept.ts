import type { Namespace, PluginContext } from 'patchbay'
import type { Occasion } from './hooks.js'

export const WEBHOOK_STORAGE = 'webhooks'

export interface Webhook {
  readonly hook: string
  readonly endpoint: string
  readonly base64payload: boolean
  /** Milliseconds. */
  readonly response_timeout: number
}

/** What waits to be told to one endpoint, oldest first: it is told in order, one after the other. */
export interface Lane {
  readonly waiting: (Occasion & { readonly timeout: number })[]
  busy: boolean
  dropped: number
}

export interface KeptWebhooks {
  readonly namespace: Namespace<Webhook>
  /** By `hook endpoint`. */
  readonly known: Map<string, Webhook>
  readonly lanes: Map<string, Lane>
  /** The generation that calls endpoints. */
  teller: number
}

/** Outlives reloads, so that what waits is told by the next generation. */
export function keepWebhooks(ctx: PluginContext<unknown>): Promise<KeptWebhooks> {
  return ctx.keep<KeptWebhooks>('webhooks', {
    async open(_call, holding) {
      const namespace = holding.storage<Webhook>(WEBHOOK_STORAGE)
      const known = new Map<string, Webhook>()
      for await (const [id, webhook] of namespace.entries()) known.set(id, webhook)
      return { namespace, known, lanes: new Map(), teller: 0 }
    },
    close: ({ lanes }) => lanes.clear(),
  })
}
