import { listSettings } from '../config/list-settings.js'
import { KernelError } from '../errors.js'
import { listFaceOptions } from '../http/faces/options.js'
import type { Access, RouteContext } from '../life/contributions.js'
import type { PluginContext } from '../life/definition.js'
import { status } from '../status.js'
import type { Tools } from './tools.js'

const READ: Access = { permission: 'plugins.read' }
const WRITE: Access = { permission: 'plugins.write' }

/** `/kernel/…`: everything about the house itself, in Patchbay's own words (docs/openapi.yaml). */
export function contributeNative(ctx: PluginContext, tools: Tools): void {
  const { kernel, inventory, reconfigure, configuration, live, letGo } = tools
  const name = (request: RouteContext) => request.params['name']!

  ctx.route('GET', '/kernel/status', READ, () => status(tools))
  ctx.route('GET', '/kernel/plugins', READ, () => ({ plugins: inventory.list() }))
  ctx.route('GET', '/kernel/plugins/:name', READ, request => inventory.inspect(name(request)))
  ctx.route('GET', '/kernel/routes', READ, () => ({ routes: routesOf(tools) }))
  ctx.route('GET', '/kernel/permissions', READ, () => ({ permissions: Object.fromEntries(live.table.permissions) }))
  ctx.route('GET', '/kernel/services', READ, () => ({ services: inventory.services }))

  const verb = (verbName: string, act: (request: RouteContext) => Promise<unknown>) =>
    ctx.route('POST', `/kernel/plugins/:name/${verbName}`, WRITE, async request => {
      letGo(request)
      await act(request)
      return inventory.inspect(name(request))
    })
  verb('load', request => kernel.load(name(request)))
  verb('unload', request => kernel.unload(name(request), { cascade: flag(request, 'cascade') }))
  verb('start', request => kernel.start(name(request), { cascade: flag(request, 'cascade') }))
  verb('stop', request => kernel.stop(name(request), { cascade: flag(request, 'cascade') }))
  verb('reload', request => kernel.reload(name(request)))
  ctx.route('POST', '/kernel/plugins/:name/check', WRITE, async request => {
    letGo(request)
    await kernel.check(name(request))
    return { ok: true, message: `plugin "${name(request)}" would start; nothing was changed` }
  })
  ctx.route('POST', '/kernel/plugins/:name/replace/:successor', WRITE, async request => {
    letGo(request)
    const successor = await kernel.replace(name(request), request.params['successor']!)
    return inventory.inspect(successor.name)
  })
  ctx.route('DELETE', '/kernel/plugins/:name/storage/:namespace', { permission: 'storage.purge' }, async request => {
    await kernel.purge(name(request), request.params['namespace']!)
    return { ok: true }
  })

  ctx.route('DELETE', '/kernel/plugins/:name/options', WRITE, async request => {
    letGo(request)
    await reconfigure.clearOptions(name(request))
    return inventory.inspect(name(request))
  })

  ctx.route('GET', '/kernel/config', { permission: 'config.read' }, () => ({
    file: configuration.file ?? null,
    hosts: configuration.settings.hosts,
    settings: [...listSettings(configuration), ...listFaceOptions(configuration)],
    plugins: Object.fromEntries(inventory.loaded.map(plugin => [plugin.name, inventory.inspect(plugin.name).options])),
  }))
  ctx.route('POST', '/kernel/config/reload', { permission: 'config.reload' }, async request => {
    letGo(request)
    return { reloaded: await reconfigure.reload() }
  })
}

/** A flag of the query: what is neither true nor false is a mistake, not a no. */
function flag(request: RouteContext, name: string): boolean {
  const value = request.query[name] ?? 'false'
  if (value === 'true' || value === 'false') return value === 'true'
  throw new KernelError('bad_request', `"${name}" is true or false, not "${value}"; nothing was done`)
}

function routesOf({ live }: Tools): object[] {
  return [...live.table.generations.values()].flatMap(generation =>
    generation.contributions.routes.map(({ method, path, permission }) => ({
      method,
      path,
      plugin: generation.plugin,
      access: permission ?? 'public',
    })),
  )
}
