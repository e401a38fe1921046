import { reason } from '../errors.js'
import { EmqError, EmqNotFound } from '../http/faces/emq-command.js'
import type { PluginContext } from '../life/definition.js'
import { assertMayChange } from './emq-guarded.js'
import type { Tools } from './tools.js'

const READ = { permission: 'plugins.read' }
const WRITE = { permission: 'plugins.write' }

/** `plugins` and `plugin_configs` of EMQ (contracts/mqtt.md §1.2, §1.3). */
export function contributeEmq(ctx: PluginContext, tools: Tools): void {
  const { kernel, inventory, reconfigure, configuration, letGo, log } = tools
  ctx.command('emq', { access: READ, method: 'GET', path: 'nodes/{node}/plugins' }, () =>
    inventory.list().map(({ name, version, description, state }) => ({
      name,
      version,
      description,
      active: state === 'running',
    })),
  )

  ctx.command(
    'emq',
    {
      access: WRITE,
      method: 'PUT',
      path: 'nodes/{node}/plugins/{plugin}',
      params: { active: 'boolean' },
      unknownNode: { code: 102, message: 'unknown' },
    },
    async call => {
      const { path, body, ctx: request } = call
      const name = path['plugin']!
      const running = inventory.find(name)?.state === 'running'
      if (body['active'] && running) throw new EmqError(110, 'already_started')
      // The original knows its own applications and does not stop them; the kernel is ours.
      if (!body['active'] && name === 'kernel') throw new EmqError(102, 'unknown')
      if (!body['active'] && !running) throw new EmqError(111, 'not_started')
      assertMayChange(tools, name, call)
      letGo(request)
      try {
        if (body['active']) await kernel.start(name)
        else await kernel.stop(name)
      } catch (thrown) {
        log.kernel.warn(`emq could not ${body['active'] ? 'start' : 'stop'} "${name}": ${reason(thrown)}`)
        throw new EmqError(102, 'unknown')
      }
      return []
    },
  )

  ctx.command('emq', { access: READ, method: 'GET', path: 'nodes/{node}/plugin_configs/{plugin}' }, ({ path }) => {
    const plugin = inventory.find(path['plugin']!)
    if (!plugin) throw new EmqNotFound()
    return configuration.options(plugin.name, plugin.linked.definition).map(option => ({
      key: option.key,
      value: option.value,
      desc: option.description,
      required: option.source === 'file',
    }))
  })

  ctx.command(
    'emq',
    { access: WRITE, method: 'PUT', path: 'nodes/{node}/plugin_configs/{plugin}', unknownNode: { code: 102 } },
    async call => {
      const { path, body, ctx: request } = call
      const values = Object.entries(body)
      if (values.length === 0 || values.some(([, value]) => typeof value !== 'string')) throw new EmqError(102)
      assertMayChange(tools, path['plugin']!, call)
      letGo(request)
      try {
        await reconfigure.setOptions(path['plugin']!, body as Record<string, string>)
      } catch (thrown) {
        log.kernel.warn(`emq could not configure "${path['plugin']}": ${reason(thrown)}`)
        throw new EmqError(102)
      }
      return []
    },
  )
}
