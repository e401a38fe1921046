import type { PluginContext } from 'patchbay'
import type { Alarms } from '../alarms.js'
import type { MqttBackend } from '../backend.js'
import { contributeAccess } from './access/contribute.js'
import { contributeAlarms } from './alarms.js'
import { contributeClientQueue } from './client-queue.js'
import { contributeClientSubscriptions } from './client-subscriptions.js'
import { contributeClients } from './clients.js'
import { contributeEvents } from './events/contribute.js'
import type { Feed } from './events/feed.js'
import { contributeKick } from './kick.js'
import { contributeListeners } from './listeners.js'
import { contributePublish } from './publish.js'
import { contributeRetained } from './retained.js'
import { contributeRetainedDelete } from './retained-delete.js'
import { contributeRoutes } from './routes.js'
import { contributeSettings } from './settings.js'
import { contributeStatistics } from './statistics.js'
import { contributeSubscriptions } from './subscriptions.js'

/** `/mqtt/v1/…`: what neither of the two APIs has (docs/mqtt-api.md). */
export function contributeNative(ctx: PluginContext, backend: () => MqttBackend, alarms: Alarms, feed: Feed): void {
  contributeClients(ctx, backend)
  contributeKick(ctx, backend)
  contributeClientSubscriptions(ctx, backend)
  contributeClientQueue(ctx, backend)
  contributeEvents(ctx, backend, feed)
  contributeSubscriptions(ctx, backend)
  contributeRoutes(ctx, backend)
  contributeRetained(ctx, backend)
  contributeRetainedDelete(ctx, backend)
  contributePublish(ctx, backend)
  contributeSettings(ctx, backend)
  contributeStatistics(ctx, backend)
  contributeAlarms(ctx, alarms)
  contributeListeners(ctx, backend)
  contributeAccess(ctx, backend)
}
