import type { PluginContext } from 'patchbay'
import type { MqttBackend } from '../backend.js'
import { localTime, uptime } from './time.js'

/** `management/nodes` (contracts/mqtt.md §1.3). */
export function contributeNodes(ctx: PluginContext, backend: () => MqttBackend): void {
  const node = () => {
    const { product, startedAt } = backend()
    return {
      version: product.version,
      sysdescr: product.description,
      uptime: uptime(Date.now() - startedAt.getTime()),
      datetime: localTime(new Date()),
      otp_release: `node/${process.versions.node}`,
      node_status: 'Running',
    }
  }
  const access = { permission: 'nodes.read' }
  ctx.command('emq', { access, method: 'GET', path: 'management/nodes' }, ({ node: name }) => [{ name, ...node() }])
  ctx.command('emq', { access, method: 'GET', path: 'management/nodes/{node}' }, node)
}
