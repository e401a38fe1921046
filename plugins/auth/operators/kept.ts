import type { Namespace, PasswordHash, PluginContext, Sequence } from 'patchbay'

/** An administrator of Patchbay; tags as in EMQ's user table. */
export interface Operator {
  readonly password: PasswordHash
  readonly tags: string
}

/** In memory because every call asks for them; shared by both generations of a reload, so that neither sees old ones. */
export interface KeptOperators extends Sequence {
  readonly namespace: Namespace<Operator>
  readonly known: Map<string, Operator>
  /** Grows with each change. */
  revision: number
}

export function keepOperators(ctx: PluginContext<unknown>): Promise<KeptOperators> {
  return ctx.keep<KeptOperators>('operators', {
    async open(_call, holding) {
      const namespace = holding.storage<Operator>('operators')
      const known = new Map<string, Operator>()
      for await (const [name, operator] of namespace.entries()) known.set(name, operator)
      return { namespace, known, revision: 0, last: undefined }
    },
    close: ({ known }) => known.clear(),
  })
}
