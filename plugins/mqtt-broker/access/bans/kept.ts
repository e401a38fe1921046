import type { Namespace, PluginContext, Sequence } from 'patchbay'
import type { Ban } from '../../../mqtt-admin/backend.js'

/** In memory because every CONNECT asks for them; shared by both generations of a reload, so that neither sees old ones. */
export interface KeptBans extends Sequence {
  readonly namespace: Namespace<Ban>
  /** By id. */
  readonly known: Map<string, Ban>
  /** Grows with each change. */
  revision: number
}

export function keepBans(ctx: PluginContext<unknown>): Promise<KeptBans> {
  return ctx.keep<KeptBans>('mqtt bans', {
    async open(_call, holding) {
      const namespace = holding.storage<Ban>('bans')
      const known = new Map<string, Ban>()
      for await (const [id, ban] of namespace.entries()) known.set(id, ban)
      return { namespace, known, revision: 0, last: undefined }
    },
    close: ({ known }) => known.clear(),
  })
}
