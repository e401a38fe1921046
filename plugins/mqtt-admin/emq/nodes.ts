import type { PluginContext } from 'patchbay'
import type { MqttBackend } from '../backend.js'
import type { Options } from '../options.js'
import { localTime, uptime } from './time.js'

export const OTP_RELEASE = `node/${process.versions.node}`

/** `management/nodes` (contracts/mqtt.md §1.3). */
export function contributeNodes(ctx: PluginContext<Options>, backend: () => MqttBackend): void {
  const node = () => {
    const { product, startedAt } = backend()
    return {
      version: product.version,
      sysdescr: product.description,
      uptime: uptime(Date.now() - startedAt.getTime()),
      datetime: localTime(new Date()),
      otp_release: OTP_RELEASE,
      node_status: 'Running',
    }
  }
  const access = { permission: 'nodes.read' }
  ctx.command('emq', { access, method: 'GET', path: 'management/nodes' }, ({ node: name }) => [{ name, ...node() }])
  ctx.command('emq', { access, method: 'GET', path: 'management/nodes/{node}' }, node)
}
