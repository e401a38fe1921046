import { KernelError, type PluginContext, type VernemqReply } from 'patchbay'
import type { MqttBackend } from '../backend.js'
import type { AccessOf } from './access.js'
import { knownListeners } from './known-listeners.js'
import { mqttRow } from './listener-rows.js'

/** `/health` and what is below it (contracts/mqtt.md §2.5). */
export function contributeHealth(ctx: PluginContext, backend: () => MqttBackend, access: AccessOf): void {
  const check = (path: string, reasons: () => string[] | Promise<string[]>) =>
    ctx.command('vernemq', { access: access('health'), path, reads: true, scope: 'health' }, async () =>
      reply(await reasons()),
    )
  check('/health', () => listenersDown(backend))
  check('/health/ping', () => [])
  check('/health/listeners', () => listenersDown(backend))
  // There is one node.
  check('/health/listeners_full_cluster', () => listenersDown(backend))
}

async function listenersDown(backend: () => MqttBackend): Promise<string[]> {
  try {
    const down = (await knownListeners(backend())).filter(({ status }) => status !== 'running')
    const types = down.map(listener => mqttRow(listener, { tls: false, mqtt: false })['type'])
    return types.length > 0 ? [`Listeners are not ready: [${types}]`] : []
  } catch (thrown) {
    if (thrown instanceof KernelError && thrown.status === 503) return ['No MQTT broker is running']
    throw thrown
  }
}

function reply(reasons: readonly string[]): VernemqReply {
  const body = reasons.length === 0 ? { status: 'OK' } : { status: 'DOWN', reasons }
  return { status: reasons.length === 0 ? 200 : 503, type: 'application/json', body: JSON.stringify(body) }
}
