import type { MqttEvents } from '../../mqtt-admin/backend.js'
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
