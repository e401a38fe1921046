import type { Counter, Gauge, MqttBackend } from '../backend.js'
import { knownListeners } from './known-listeners.js'
import type { ProcessFigures } from './process-figures.js'

/** All figures of one moment. */
export interface Snapshot {
  readonly counters: Readonly<Record<Counter, number>>
  readonly gauges: Readonly<Record<Gauge, { count: number }>>
  /** Of the listeners. */
  readonly connections: { readonly mqtt: number; readonly mqttws: number }
  readonly process: ProcessFigures
}

export async function takeSnapshot(backend: MqttBackend, processNow: () => ProcessFigures): Promise<Snapshot> {
  const { metrics } = backend
  const connections = { mqtt: 0, mqttws: 0 }
  for (const { transport, connections: open } of await knownListeners(backend)) {
    connections[transport === 'ws' || transport === 'wss' ? 'mqttws' : 'mqtt'] += open
  }
  return {
    counters: await metrics.counters(),
    gauges: await metrics.gauges(),
    connections,
    process: processNow(),
  }
}
