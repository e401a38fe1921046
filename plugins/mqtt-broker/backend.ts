import type { PluginContext } from 'patchbay'
import type { AccessControl, MqttBackend, SessionDirectory } from '../mqtt-admin/backend.js'
import type { Broker } from './broker.js'
import { alarms } from './engine/alarms.js'
import { events } from './engine/events.js'
import { publish } from './engine/publish.js'
import { retainedMessages } from './engine/retained.js'
import { settings } from './engine/settings.js'
import { subscriptionDirectory } from './engine/subscriptions.js'
import type { Options } from './options.js'
import { listeners } from './wire/listeners.js'
import { metrics } from './wire/metrics.js'

const PRODUCT = { name: 'aedes', version: '1.2.0', description: 'aedes MQTT Broker' }

/** The embedded broker as `mqtt-admin` sees it. */
export function brokerBackend(
  ctx: PluginContext<Options>,
  broker: Broker,
  sessions: SessionDirectory,
  access: AccessControl,
): MqttBackend {
  return {
    product: PRODUCT,
    startedAt: new Date(broker.startedAt),
    sessions,
    subscriptions: subscriptionDirectory(broker),
    retained: retainedMessages(broker),
    listeners: listeners(ctx, broker),
    access,
    metrics: metrics(broker),
    events: events(broker),
    settings: settings(ctx),
    publish: message => publish(broker, message),
    alarms: () => alarms(broker),
  }
}
