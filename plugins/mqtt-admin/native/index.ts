import type { PluginContext } from 'patchbay'
import type { MqttBackend } from '../backend.js'
import { contributeStatistics } from './statistics.js'

export { NATIVE_PERMISSIONS } from './permissions.js'

/** `/mqtt/v1/…`: what neither of the two APIs has (docs/mqtt-api.md). */
export function contributeNative(ctx: PluginContext, backend: () => MqttBackend): void {
  contributeStatistics(ctx, backend)
}
