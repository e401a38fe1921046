import { KernelError, type PluginContext, withoutStack } from 'patchbay'
import type { MqttBackend } from './backend.js'

/** The broker that runs now. Without one, a sentence for those who know of no services. */
export function runningBroker(ctx: PluginContext): () => MqttBackend {
  const provider = ctx.service<MqttBackend>('mqtt-backend')
  return () => {
    try {
      return provider()
    } catch (thrown) {
      throw thrown instanceof KernelError && thrown.code === 'no_backend' ? noBroker() : thrown
    }
  }
}

function noBroker(): KernelError {
  return withoutStack(
    () =>
      new KernelError('no_backend', 'no MQTT broker is running; everything else keeps working', {
        hint: 'patchbay plugin start mqtt-broker starts the embedded one; patchbay plugin list shows why it failed, if it did',
      }),
  )
}
