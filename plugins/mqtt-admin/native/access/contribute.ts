import type { PluginContext } from 'patchbay'
import type { MqttBackend } from '../../backend.js'
import { contributeBans } from './bans.js'
import { contributeRules } from './rules.js'
import { contributeUsers } from './users.js'

/** Who may connect, publish and subscribe (docs/mqtt-access.md). */
export function contributeAccess(ctx: PluginContext, backend: () => MqttBackend): void {
  contributeUsers(ctx, backend)
  contributeRules(ctx, backend)
  contributeBans(ctx, backend)
}
