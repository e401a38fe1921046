import type { Namespace, PluginContext, Sequence } from 'patchbay'
import type { AclRule } from '../../../mqtt-admin/backend.js'

/** A rule under the key that gives its place: a number of sixteen digits, with room between two neighbours. */
export interface PlacedRule {
  key: string
  rule: AclRule
}

/** In memory because every message asks for them; shared by both generations of a reload, so that neither sees old ones. */
export interface KeptRules extends Sequence {
  readonly namespace: Namespace<AclRule>
  /** In their order. */
  placed: readonly PlacedRule[]
  /** Grows with each change. */
  revision: number
}

export function keepRules(ctx: PluginContext<unknown>): Promise<KeptRules> {
  return ctx.keep<KeptRules>('mqtt acl', {
    async open(_call, holding) {
      const namespace = holding.storage<AclRule>('acl')
      const placed: PlacedRule[] = []
      for await (const [key, rule] of namespace.entries()) placed.push({ key, rule })
      return { namespace, placed, revision: 0, last: undefined }
    },
    close: kept => {
      kept.placed = []
    },
  })
}
