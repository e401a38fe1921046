import { KernelError, reason } from '../errors.js'
import type { VernemqCall } from '../http/faces/vernemq.js'
import { alert, type VernemqOutput } from '../http/faces/vernemq-output.js'
import { commandNames } from '../inventory.js'
import type { PluginContext } from '../life/definition.js'
import type { Plugin } from '../life/plugin.js'
import type { Tools } from './tools.js'

const FLAGS = {
  name: { value: true },
  path: { value: true },
  module: { value: true },
  function: { value: true },
  arity: { value: true },
  hook: { value: true },
}

/** `plugin show`, `plugin enable`, `plugin disable` of vmq-admin (contracts/mqtt.md §2.4). */
export function contributeVernemq(ctx: PluginContext, { kernel, inventory, live, letGo, log }: Tools): void {
  ctx.command(
    'vernemq',
    {
      access: { permission: 'plugins.read' },
      path: 'plugin show',
      reads: true,
      flags: { plugin: { value: true }, hook: { value: true }, internal: {} },
    },
    ({ flags }) => {
      const [name, hook] = [flags.get('plugin'), flags.get('hook')]
      const running = inventory.loaded.filter(plugin => plugin.state === 'running')
      const rows = running.map(plugin =>
        row(plugin.name, [...plugin.live!.contributions.services.keys()], commandNames(plugin)),
      )
      if (flags.has('internal')) {
        const own = live.table.generations.get('kernel')!
        rows.unshift(row('kernel', [], commandNames({ live: own } as Plugin)))
      }
      return {
        table: rows.filter(
          each => (!name || each.Plugin === name) && (!hook || each['Hook(s)'].split('\n').includes(String(hook))),
        ),
      }
    },
  )

  const toggle =
    (verb: 'enable' | 'disable') =>
    async ({ flags, ctx: request }: VernemqCall): Promise<VernemqOutput> => {
      const name = flags.get('name')
      if (typeof name !== 'string') return alert('Incomplete plugin specification')
      const cannot = (cause: string) => alert(`Can't ${verb} plugin: ${name} due to ${cause}`)
      if (verb === 'disable' && inventory.find(name)?.state !== 'running') return cannot('plugin_not_found')
      letGo(request)
      try {
        if (verb === 'enable') await kernel.start(name)
        else await kernel.stop(name)
        return { text: 'Done' }
      } catch (thrown) {
        log.kernel.warn(`vernemq could not ${verb} "${name}": ${reason(thrown)}`)
        return cannot(why(thrown))
      }
    }
  for (const verb of ['enable', 'disable'] as const) {
    ctx.command(
      'vernemq',
      { access: { permission: 'plugins.write' }, path: `plugin ${verb}`, flags: FLAGS },
      toggle(verb),
    )
  }
}

/** The original's texts end every entry with a newline. */
function row(plugin: string, hooks: string[], commands: string[]) {
  const lines = (entries: string[]) => entries.map(entry => `${entry}\n`).join('')
  return { Plugin: plugin, Type: 'application', 'Hook(s)': lines(hooks), 'M:F/A': lines(commands) }
}

function why(thrown: unknown): string {
  if (!(thrown instanceof KernelError)) return 'error'
  if (thrown.code === 'already_running') return 'already_enabled'
  return thrown.code === 'unknown_plugin' ? 'plugin_not_found' : thrown.code
}
