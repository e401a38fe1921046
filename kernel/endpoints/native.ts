import { listSettings } from '../config/list-settings.js'
import type { Access, RouteContext } from '../life/contributions.js'
import type { PluginContext } from '../life/definition.js'
import { asText } from '../log.js'
import { status } from '../status.js'
import type { Tools } from './tools.js'

const READ: Access = { permission: 'plugins.read' }
const WRITE: Access = { permission: 'plugins.write' }

/** `/kernel/…`: everything about the house itself, in Patchbay's own words (docs/openapi.yaml). */
export function contributeNative(ctx: PluginContext, tools: Tools): void {
  const { kernel, inventory, reconfigure, configuration, live, log, letGo } = tools
  const cascade = (request: RouteContext) => ({ cascade: request.query['cascade'] === 'true' })
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
  verb('unload', request => kernel.unload(name(request), cascade(request)))
  verb('start', request => kernel.start(name(request), cascade(request)))
  verb('stop', request => kernel.stop(name(request), cascade(request)))
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

  ctx.route('GET', '/kernel/config', { permission: 'config.read' }, () => ({
    file: configuration.file ?? null,
    hosts: configuration.settings.hosts,
    settings: listSettings(configuration),
    plugins: Object.fromEntries(inventory.loaded.map(plugin => [plugin.name, inventory.inspect(plugin.name).options])),
  }))
  ctx.route('POST', '/kernel/config/reload', { permission: 'config.reload' }, async request => {
    letGo(request)
    return { reloaded: await reconfigure.reload() }
  })

  ctx.route('GET', '/kernel/logs', { permission: 'logs.read' }, request => {
    const limit = Math.min(Math.max(Number(request.query['limit'] ?? 100) || 100, 1), 2000)
    const plugin = request.query['plugin']
    return { lines: log.lines(limit, typeof plugin === 'string' ? plugin : undefined) }
  })
  ctx.route('GET', '/kernel/logs/follow', { permission: 'logs.read', stream: true }, request => {
    request.type = request.query['text'] === 'true' ? 'text/plain' : 'application/x-ndjson'
    const text = request.query['text'] === 'true'
    request.respond = false
    const { res } = request
    res.writeHead(200, { 'Content-Type': text ? 'text/plain; charset=utf-8' : 'application/x-ndjson' })
    res.flushHeaders()
    const stop = log.follow(line => res.write(text ? asText(line) : `${JSON.stringify(line)}\n`))
    request.signal.addEventListener('abort', () => res.end(), { once: true })
    res.once('close', stop)
  })
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
