import { reason } from '../errors.js'
import type { Argument, ResultType } from '../http/faces/ejabberd-types.js'
import type { PluginContext } from '../life/definition.js'
import type { Tools } from './tools.js'

const MODULE: Argument[] = [{ name: 'module', type: 'binary' }]
const RESCODE: ResultType = { name: 'res', type: 'rescode' }
const MODULES: ResultType = {
  name: 'modules',
  type: {
    list: {
      name: 'module',
      type: {
        tuple: [
          { name: 'name', type: 'atom' },
          { name: 'summary', type: 'string' },
        ],
      },
    },
  },
}
/** The tags of the original where they are not `modules`. */
const TAGS: Record<string, string[]> = { restart_module: ['erlang'], reload_config: ['config'] }
const READ = { permission: 'plugins.read' }
const WRITE = { permission: 'plugins.write' }

/** The module commands and `reload_config` of ejabberd (contracts/xmpp.md §3.6, design §3). */
export function contributeEjabberd(ctx: PluginContext, tools: Tools): void {
  const { kernel, inventory, reconfigure, letGo, log } = tools
  const command = (
    name: string,
    description: string,
    access: { permission: string },
    args: Argument[],
    result: ResultType,
    handler: (args: Record<string, string>) => unknown,
  ) =>
    ctx.command(
      'ejabberd',
      {
        access,
        name,
        description,
        ...(access === READ && { reads: true }),
        tags: TAGS[name] ?? ['modules'],
        arguments: args,
        result,
      },
      call => {
        if (access !== READ) letGo(call.ctx)
        return handler(call.arguments as Record<string, string>)
      },
    )
  const succeeds = async (what: string, act: () => Promise<unknown>): Promise<boolean> => {
    try {
      await act()
      return true
    } catch (thrown) {
      log.kernel.warn(`ejabberd ${what} failed: ${reason(thrown)}`)
      return false
    }
  }
  const summaries = (plugins: { name: string; description: string }[]) =>
    plugins.map(({ name, description: summary }) => ({ name, summary }))

  command('modules_available', 'List the modules on disk', READ, [], MODULES, () => summaries(inventory.list()))
  command('modules_installed', 'List the loaded modules', READ, [], MODULES, () =>
    summaries(inventory.list().filter(({ state }) => state !== 'available')),
  )
  command('module_install', 'Load and start a module', WRITE, MODULE, RESCODE, ({ module }) =>
    succeeds(`module_install ${module}`, () => kernel.start(module!)),
  )
  command('module_uninstall', 'Stop and unload a module', WRITE, MODULE, RESCODE, ({ module }) =>
    succeeds(`module_uninstall ${module}`, () => kernel.unload(module!)),
  )
  command('module_upgrade', 'Reload a module with its newest code', WRITE, MODULE, RESCODE, ({ module }) =>
    succeeds(`module_upgrade ${module}`, () => kernel.reload(module!)),
  )
  command('module_check', 'Try whether a module would start', WRITE, MODULE, RESCODE, ({ module }) =>
    succeeds(`module_check ${module}`, () => kernel.check(module!)),
  )
  command(
    'restart_module',
    'Reload the code of a running module',
    WRITE,
    [{ name: 'host', type: 'binary' }, ...MODULE],
    { type: 'integer', name: 'res' },
    async ({ module }) => {
      if (inventory.find(module!)?.state !== 'running') return 1
      if (await succeeds(`restart_module ${module}`, () => kernel.reload(module!))) return 0
      return 2
    },
  )
  command('reload_config', 'Read the configuration again', { permission: 'config.reload' }, [], RESCODE, () =>
    succeeds('reload_config', () => reconfigure.reload()),
  )
}
