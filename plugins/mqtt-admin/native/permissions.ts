/** What `/mqtt/v1` adds to the permissions of the faces. */
export const NATIVE_PERMISSIONS = {
  'clients.subscribe': 'Subscribe and unsubscribe MQTT clients',
  'messages.publish': 'Publish messages',
  'messages.read': 'Read the payloads of queued and retained messages',
  'retained.read': 'See which topics have retained messages',
  'retained.delete': 'Delete retained messages',
  'subscriptions.read': 'See subscriptions and routes',
  'events.read': 'Follow what clients do, and see their history',
  'metrics.read': 'See counters, gauges and alarms',
  'listeners.read': 'See MQTT listeners',
  'settings.read': 'See the settings of the broker',
  'settings.write': 'Change the settings of the broker',
}
