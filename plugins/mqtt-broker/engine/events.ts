import type { MqttEvent, MqttEvents } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'

export function events({ events }: Broker): MqttEvents {
  return {
    subscribe(listener) {
      events.on('event', listener)
      return () => void events.off('event', listener)
    },
    history: () => [],
  }
}

/** Numbers the event and tells it to whoever listens, in this turn. */
export function tell({ events }: Broker, event: Omit<MqttEvent, 'id' | 'at'>): void {
  events.emit('event', { id: 0, at: Date.now(), ...event })
}
