import { reason } from '../errors.js'
import { type EmqCall, EmqError } from '../http/faces/emq-command.js'
import type { PluginContext } from '../life/definition.js'
import { assertMayChange } from './emq-guarded.js'
import type { Tools } from './tools.js'

/** `configs/{app}` of EMQ where the app is a plugin (contracts/mqtt.md §1.3); the broker's own are the plugins' business. */
export function contributeEmqConfigs(ctx: PluginContext, tools: Tools): void {
  const { reconfigure, letGo, log } = tools
  const access = { permission: 'plugins.write' }
  const params = { key: 'string', value: 'string' } as const
  const put = async (call: EmqCall) => {
    const { path, body, ctx: request } = call
    const { key, value } = body as Record<'key' | 'value', string>
    assertMayChange(tools, path['app']!, call)
    letGo(request)
    try {
      await reconfigure.changeOption(path['app']!, key, value)
    } catch (thrown) {
      log.kernel.warn(`emq could not set "${key}" of "${path['app']}": ${reason(thrown)}`)
      throw new EmqError(102)
    }
    return []
  }
  ctx.command('emq', { access, method: 'PUT', path: 'configs/{app}', params }, put)
  const unknownNode = { code: 102 }
  ctx.command('emq', { access, method: 'PUT', path: 'nodes/{node}/configs/{app}', params, unknownNode }, put)
}
