import { KernelError, type PluginContext } from 'patchbay'
import type { ListenerOptions, MqttListener, MqttListeners } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'
import type { Options } from '../options.js'
import { closeListener, type Listener, nameOf, newListener, openListener } from './listener.js'
import { readSecurity } from './security.js'
import { destroyAll } from './wire.js'

/** The listeners as `mqtt-admin` sees them: configured ones and those that it starts. */
export function listeners(ctx: PluginContext<Options>, { wire }: Broker): MqttListeners {
  const find = (address: string, port: number) => wire.listeners.get(nameOf({ address, port }))

  async function open(options: Listener['options'], before: Listener | undefined): Promise<void> {
    const security = await readSecurity(ctx, options)
    const listener = before ?? newListener(options, security, false)
    listener.security = security
    await openListener(wire, listener)
    ctx.log.info(`MQTT is listening on ${nameOf(listener.options)} (${options.transport})`)
  }

  return {
    list: () => [...wire.listeners.values()].map(described),

    async start(options) {
      const name = nameOf(options)
      const known = wire.listeners.get(name)
      if (known) {
        const how = known.server ? 'is open already' : 'is stopped'
        throw new KernelError('conflict', `mqtt-broker: the listener ${name} ${how}`, {
          hint: known.server ? 'stop it first' : 'restart it, or delete it first',
        })
      }
      await open(validated(options, ctx.config), undefined)
    },

    async stop(address, port, kill) {
      const listener = find(address, port)
      if (!listener) return false
      closeListener(listener)
      ctx.log.info(
        `MQTT no longer listens on ${nameOf(listener.options)}; ${kill ? 'its clients were closed' : 'its clients stay'}`,
      )
      if (kill) await destroyAll(listener.arrivals, 'listener closed')
      return true
    },

    async restart(address, port) {
      const listener = find(address, port)
      if (!listener) return false
      closeListener(listener)
      await open(listener.options, listener)
      return true
    },

    async delete(address, port) {
      const listener = find(address, port)
      if (!listener) return false
      closeListener(listener)
      wire.listeners.delete(nameOf(listener.options))
      return true
    },
  }
}

function described(listener: Listener): MqttListener {
  const { options, configured, server, arrivals, totalConnections, shutdowns } = listener
  return {
    ...options,
    status: server ? 'running' : 'stopped',
    configured,
    connections: arrivals.size,
    totalConnections,
    shutdowns,
  }
}

function validated(options: ListenerOptions, config: Options): Listener['options'] {
  const { port, mountpoint = '', protocolVersions, maxConnections = config.max_connections } = options
  const invalid = (what: string, hint: string) =>
    new KernelError('config_invalid', `mqtt-broker did not start the listener ${nameOf(options)}: ${what}`, { hint })
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw invalid('its port is none', '0 to 65535')
  if (mountpoint !== '') {
    throw new KernelError('unsupported', `mqtt-broker has no mountpoints, so "${mountpoint}" cannot be one`, {
      hint: 'leave it empty; give the clients topics of their own with ACL rules that name %u or %c',
    })
  }
  if (protocolVersions && !protocolVersions.some(version => version === 3 || version === 4)) {
    throw invalid('it would speak nothing', 'the broker speaks 3 (MQTT 3.1) and 4 (MQTT 3.1.1)')
  }
  return { ...options, maxConnections }
}
