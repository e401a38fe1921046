import type { Command } from '../command.js'
import { MQTT_ACL_COMMANDS } from './acl.js'
import { mqttAlarms } from './alarms.js'
import { MQTT_BAN_COMMANDS } from './ban.js'
import { mqttClient } from './client.js'
import { mqttClients } from './clients.js'
import { mqttEvents } from './events.js'
import { mqttHistory } from './history.js'
import { mqttKick } from './kick.js'
import { mqttListeners } from './listeners.js'
import { mqttPublish } from './publish.js'
import { mqttQueue } from './queue.js'
import { mqttRetained, mqttRetainedDelete, mqttRetainedGet } from './retained.js'
import { mqttRoutes } from './routes.js'
import { mqttSettings } from './settings.js'
import { mqttStats } from './stats.js'
import { mqttSubscribe, mqttSubscriptions, mqttUnsubscribe } from './subscriptions.js'
import { MQTT_USER_COMMANDS } from './user.js'

/** `patchbay mqtt …`, in the order of its help page. */
export const MQTT_COMMANDS: readonly Command[] = [
  mqttClients,
  mqttClient,
  mqttKick,
  mqttSubscriptions,
  mqttSubscribe,
  mqttUnsubscribe,
  mqttQueue,
  mqttHistory,
  mqttEvents,
  mqttRetained,
  mqttRetainedGet,
  mqttRetainedDelete,
  mqttPublish,
  mqttRoutes,
  mqttStats,
  mqttSettings,
  mqttAlarms,
  mqttListeners,
  ...MQTT_USER_COMMANDS,
  ...MQTT_ACL_COMMANDS,
  ...MQTT_BAN_COMMANDS,
]
