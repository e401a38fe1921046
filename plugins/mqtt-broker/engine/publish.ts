import type { Publication } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'

export function publish({ aedes }: Broker, { topic, payload, qos, retain, clientId }: Publication): Promise<void> {
  const packet = { cmd: 'publish' as const, topic, payload, qos, retain, dup: false, ...(clientId ? { clientId } : {}) }
  return new Promise((resolve, reject) => aedes.publish(packet, error => (error ? reject(error) : resolve())))
}
