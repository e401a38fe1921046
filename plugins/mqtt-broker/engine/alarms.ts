import type { MqttAlarm } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'

/** At most so many of one kind; the summary of the last says that there are more. */
const SHOWN = 100

export function alarms({ journal, registry, options }: Broker): MqttAlarm[] {
  const found: MqttAlarm[] = []
  if (journal.broken) {
    found.push({
      id: 'store_unwritable',
      severity: 'critical',
      title: 'Sessions and messages cannot be stored',
      summary: `${journal.broken.why}; messages that must be stored are not acknowledged until they can be`,
      raisedAt: journal.broken.since,
    })
  }
  let shown = 0
  for (const [record, since] of registry.full) {
    if (shown++ === SHOWN) break
    const more = shown === SHOWN && registry.full.size > SHOWN ? `; ${registry.full.size - SHOWN} more like this` : ''
    found.push({
      id: `queue_full:${record.clientId}`,
      severity: 'warning',
      title: `The queue of ${record.clientId} is nearly full`,
      summary: `${record.queue?.entries.size ?? 0} of ${options.max_queue_length} messages wait; then the oldest are dropped${more}`,
      raisedAt: since,
    })
  }
  return found
}
