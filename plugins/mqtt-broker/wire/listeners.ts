import { KernelError, type PluginContext } from 'patchbay'
import type { MqttListeners } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'
import type { Options } from '../options.js'

export function listeners(ctx: PluginContext<Options>, { connections }: Broker): MqttListeners {
  const { ip, port } = ctx.config
  return {
    list: () =>
      port === false
        ? []
        : [
            {
              transport: 'tcp',
              address: ip,
              port,
              status: 'running',
              configured: true,
              maxConnections: ctx.config.max_connections,
              connections: connections.size,
              totalConnections: connections.size,
              shutdowns: {},
            },
          ],
    start: async () => {
      throw new KernelError('unsupported', 'listeners cannot be started yet')
    },
    stop: async () => false,
    restart: async () => false,
    delete: async () => false,
  }
}
