import { reason } from '../errors.js'
import { ADMIN_REST_REFUSALS } from '../http/faces/admin-rest-refusals.js'
import type { PluginContext } from '../life/definition.js'
import { contributeWhitelist } from './admin-rest-whitelist.js'
import type { Tools } from './tools.js'

const READ = { permission: 'plugins.read' }
const WRITE = { permission: 'plugins.write' }

/** `module/M`, `modules`, `whitelist`, `reload` and `ping` of admin_rest (contracts/xmpp.md §2.3; README behaviour where the code crashes). */
export function contributeAdminRest(ctx: PluginContext, tools: Tools): void {
  const { kernel, inventory, reconfigure, letGo, log } = tools
  const names = () => inventory.loaded.flatMap(plugin => [plugin.name, ...plugin.aliases]).sort()

  ctx.command('admin_rest', { access: { permission: 'faces.use' }, route: 'ping', method: 'GET' }, () => ({
    result: 'PONG',
  }))

  ctx.command('admin_rest', { access: READ, route: 'modules', method: 'GET' }, ({ resource }) => {
    const modules = names()
    return {
      result:
        resource === 'count'
          ? { count: modules.length }
          : { count: modules.length, modules: modules.length ? modules : {} },
    }
  })

  ctx.command('admin_rest', { access: READ, route: 'module', method: 'GET' }, ({ resource }) => {
    if (!resource) return ADMIN_REST_REFUSALS.path
    const loaded = inventory.find(resource) !== undefined
    return { status: loaded ? 200 : 404, result: { module: resource, loaded } }
  })

  ctx.command('admin_rest', { access: WRITE, route: 'module', method: 'PUT' }, async ({ resource, ctx: request }) => {
    if (!resource) return ADMIN_REST_REFUSALS.internal
    letGo(request)
    try {
      if (inventory.find(resource)?.state === 'running') await kernel.reload(resource)
      else await kernel.start(resource)
      return { result: `Module loaded: ${resource}` }
    } catch (thrown) {
      log.kernel.warn(`admin_rest could not load "${resource}": ${reason(thrown)}`)
      return ADMIN_REST_REFUSALS.internal
    }
  })

  ctx.command(
    'admin_rest',
    { access: WRITE, route: 'module', method: 'DELETE' },
    async ({ resource, ctx: request }) => {
      if (!resource || !inventory.find(resource))
        return { status: 404, result: `Module is not loaded:${resource ?? ''}` }
      letGo(request)
      try {
        await kernel.unload(resource)
        return { result: `Module unloaded: ${resource}` }
      } catch (thrown) {
        return { status: 409, result: reason(thrown) }
      }
    },
  )

  ctx.command(
    'admin_rest',
    { access: { permission: 'config.reload' }, route: 'reload', method: 'PUT', profile: 'fork' },
    async ({ ctx: request }) => {
      letGo(request)
      try {
        const reloaded = await reconfigure.reload()
        return {
          result: `The configuration was read again. Reloaded: ${reloaded.join(', ') || 'nothing, as nothing changed'}.`,
        }
      } catch (thrown) {
        log.kernel.error(`the configuration was not reloaded: ${reason(thrown)}`)
        return ADMIN_REST_REFUSALS.internal
      }
    },
  )
  contributeWhitelist(ctx, tools)
}
