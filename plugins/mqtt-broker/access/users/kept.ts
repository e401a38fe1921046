import type { Namespace, PasswordHash, PluginContext, Sequence } from 'patchbay'

/** Someone who may connect. Without a password only a certificate proves the name. */
export interface StoredUser {
  readonly password?: PasswordHash
  readonly disabled: boolean
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** The users are read from the store when they connect; only their number is in memory. */
export interface KeptUsers extends Sequence {
  readonly namespace: Namespace<StoredUser>
  readonly counts: Namespace<number>
  count: number
}

export const COUNT = 'users'

export function keepUsers(ctx: PluginContext<unknown>): Promise<KeptUsers> {
  return ctx.keep<KeptUsers>('mqtt users', {
    open(_call, holding) {
      const counts = holding.storage<number>('counts')
      return { namespace: holding.storage('users'), counts, count: counts.getSync(COUNT) ?? 0, last: undefined }
    },
    close: () => undefined,
  })
}
