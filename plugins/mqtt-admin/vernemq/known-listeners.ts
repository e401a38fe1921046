import { KernelError } from 'patchbay'
import type { MqttBackend, MqttListener } from '../backend.js'

/** None where the server behind does not tell its listeners: what else there is to say is said all the same. */
export async function knownListeners({ listeners }: MqttBackend): Promise<MqttListener[]> {
  try {
    return await listeners.list()
  } catch (thrown) {
    if (thrown instanceof KernelError && thrown.code === 'unsupported') return []
    throw thrown
  }
}
