import type { PluginContext } from 'patchbay'
import type { MqttBackend } from '../backend.js'
import type { Feed } from '../native/events/feed.js'
import { accessOf, type VernemqOptions } from './access.js'
import { contributeApiV2 } from './api-v2.js'
import { contributeCluster } from './cluster.js'
import { contributeElsewhere } from './elsewhere.js'
import { contributeHealth } from './health.js'
import { HttpListeners } from './http-listeners.js'
import { contributeListeners } from './listeners.js'
import { contributeMetrics } from './metrics.js'
import { processFigures } from './process-figures.js'
import { contributePublish } from './publish.js'
import { contributeRetain } from './retain.js'
import { contributeSessions } from './sessions.js'
import { contributeSettings } from './settings.js'
import { contributeStatus } from './status.js'
import { contributeTls } from './tls.js'
import { contributeTrace } from './trace.js'
import { contributeWebhooks } from './webhooks/contribute.js'

/** VerneMQ's commands of `vmq-admin`, and what stands beside its API (contracts/mqtt.md §2). */
export async function contributeVernemq(
  ctx: PluginContext<VernemqOptions>,
  backend: () => MqttBackend,
  feed: Feed,
): Promise<void> {
  const access = accessOf(ctx.config)
  const http = await HttpListeners.open(ctx)
  contributeSessions(ctx, backend)
  contributeRetain(ctx, backend)
  contributeCluster(ctx, backend)
  contributeListeners(ctx, backend, http)
  contributeSettings(ctx, backend)
  contributeMetrics(ctx, backend, access, await processFigures(ctx))
  contributeHealth(ctx, backend, access)
  contributeStatus(ctx, backend, http, access)
  contributePublish(ctx, backend)
  contributeApiV2(ctx, backend)
  contributeTls(ctx, backend)
  contributeTrace(ctx)
  await contributeWebhooks(ctx, backend, feed)
  contributeElsewhere(ctx)
}
