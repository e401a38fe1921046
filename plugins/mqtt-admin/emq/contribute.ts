import type { PluginContext } from 'patchbay'
import type { Alarms } from '../alarms.js'
import type { MqttBackend } from '../backend.js'
import type { Options } from '../options.js'
import { contributeAlarms } from './alarms.js'
import { contributeClients } from './clients.js'
import { contributeConfigs } from './configs.js'
import { contributeListeners } from './listeners.js'
import { contributeMessages } from './messages.js'
import { contributeMonitoring } from './monitoring.js'
import { contributeNodes } from './nodes.js'
import { contributeRoutes } from './routes.js'
import { contributeSessions } from './sessions.js'
import { contributeSubscriptions } from './subscriptions.js'

/** EMQ 2.3's REST API v2, as far as it speaks of the broker (contracts/mqtt.md §1.3). */
export async function contributeEmq(
  ctx: PluginContext<Options>,
  backend: () => MqttBackend,
  alarms: Alarms,
): Promise<void> {
  contributeNodes(ctx, backend)
  await contributeMonitoring(ctx, backend)
  contributeListeners(ctx, backend)
  contributeAlarms(ctx, alarms)
  contributeClients(ctx, backend)
  contributeSessions(ctx, backend)
  contributeSubscriptions(ctx, backend)
  contributeRoutes(ctx, backend)
  contributeMessages(ctx, backend)
  contributeConfigs(ctx, backend)
}
