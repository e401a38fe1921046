import type { PluginContext } from '../life/definition.js'
import { openapiOf } from '../openapi/document.js'
import type { Tools } from './tools.js'

/** `/kernel/openapi.json`: every native route that answers now. */
export function contributeOpenapi(ctx: PluginContext, { live }: Tools): void {
  ctx.route('GET', '/kernel/openapi.json', { permission: 'plugins.read' }, async request => {
    request.type = 'application/json'
    return openapiOf(live.table)
  })
}
