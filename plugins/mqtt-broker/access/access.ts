import type { PluginContext } from 'patchbay'
import type { AccessControl, SessionDirectory } from '../../mqtt-admin/backend.js'
import type { Guard } from '../guard.js'
import { admit, type MqttAccounts } from './admission.js'
import { BanList } from './bans/bans.js'
import { keepBans } from './bans/kept.js'
import { disconnectWhere } from './disconnect.js'
import { keepRules } from './rules/kept.js'
import { Rules, type RulesOptions } from './rules/rules.js'
import { keepUsers } from './users/kept.js'
import { keepPasswords } from './users/passwords.js'
import { Users } from './users/users.js'

export const ACCESS_STORAGE = ['users', 'counts', 'acl', 'bans']

export interface AccessOptions extends RulesOptions {
  password_cost: number
}

const SWEEP_MS = 10_000

/** Who may connect, publish and subscribe: for the hooks of the broker, and for those who administer it. */
export async function openAccess(
  ctx: PluginContext<AccessOptions>,
  sessions: () => Pick<SessionDirectory, 'blocks' | 'disconnect' | 'get'>,
): Promise<{ guard: Guard; control: AccessControl }> {
  const passwords = await keepPasswords(ctx, ctx.config.password_cost)
  const users = new Users(await keepUsers(ctx), passwords, name =>
    disconnectWhere(sessions(), ({ username }) => username === name, 'kicked'),
  )
  const rules = new Rules(await keepRules(ctx), ctx.config)
  const bans = new BanList(await keepBans(ctx), async (concerns, clientId) => {
    if (clientId === undefined) return disconnectWhere(sessions(), concerns, 'banned')
    return (await sessions().disconnect(clientId, 'banned')) ? 1 : 0
  })
  ctx.every(SWEEP_MS, () => bans.sweep())
  const parts = { users, passwords, bans, accounts: ctx.service<MqttAccounts>('mqtt-accounts') }
  return {
    guard: {
      admit: asked => admit(parts, asked),
      objection(who) {
        const ban = bans.find(who)
        if (ban) return ban.reason === undefined ? 'banned' : `banned: ${ban.reason}`
        return who.username !== undefined && users.stored(who.username)?.disabled ? 'user disabled' : undefined
      },
      mayPublish: (who, topic) => rules.mayPublish(who, topic),
      maySubscribe: (who, filter) => rules.maySubscribe(who, filter),
      left: clientId => rules.forgetDecisions(clientId),
      bannedAddress: address => bans.ofAddress(address) !== undefined,
    },
    control: {
      users,
      rules,
      bans,
      async forgetDecisions(clientId, topic) {
        if (!(await sessions().get(clientId))?.connected) return false
        rules.forgetDecisions(clientId, topic)
        return true
      },
    },
  }
}
