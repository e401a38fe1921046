import { type PluginDefinition, plugin } from '../life/definition.js'
import { VERSION } from '../status.js'
import { contributeAdminRest } from './admin-rest.js'
import { contributeAudit } from './audit.js'
import { contributeCommands } from './commands.js'
import { contributeEjabberd } from './ejabberd.js'
import { contributeEjabberdProcess } from './ejabberd-process.js'
import { contributeEmq } from './emq.js'
import { contributeEmqConfigs } from './emq-configs.js'
import { contributeExplain } from './explain.js'
import { contributeLogs } from './logs.js'
import { contributeNative } from './native.js'
import { contributeOpenapi } from './openapi.js'
import type { Tools } from './tools.js'
import { contributeVernemq } from './vernemq.js'

/**
 * The kernel's own contributions, in the form of a plugin that nobody can unload: so an API that unloads itself can be
 * loaded again through itself.
 */
export function kernelDefinition(tools: Tools): PluginDefinition {
  return plugin({
    name: 'kernel',
    version: VERSION,
    description: 'What stays when every plugin is unloaded',
    permissions: {
      'faces.use': 'Learn which paths of a face exist',
      'plugins.read': 'See plugins, routes, permissions and services',
      'plugins.write': 'Load, start, stop, reload, replace and unload plugins, and set their options',
      'config.read': 'See the configuration',
      'config.reload': 'Have the configuration read again',
      'whitelist.read': 'See which addresses admin_rest lets in',
      'whitelist.write': 'Change which addresses admin_rest lets in',
      'storage.purge': 'Remove all data of a stopped plugin',
      'logs.read': 'Read the log',
      'logs.write': 'Set which lines the log keeps',
      'process.tend': 'Have memory and caches cleared',
      'audit.read': 'Read the audit log',
      'permissions.explain': 'Ask why somebody may or may not do something',
    },
    start(ctx) {
      contributeNative(ctx, tools)
      contributeOpenapi(ctx, tools)
      contributeCommands(ctx, tools)
      contributeLogs(ctx, tools)
      contributeAudit(ctx, tools)
      contributeExplain(ctx, tools)
      contributeAdminRest(ctx, tools)
      contributeEmq(ctx, tools)
      contributeEmqConfigs(ctx, tools)
      contributeVernemq(ctx, tools)
      contributeEjabberd(ctx, tools)
      contributeEjabberdProcess(ctx, tools)
    },
  }) as PluginDefinition
}
