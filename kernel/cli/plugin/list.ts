import type { PluginSummary } from '../../inventory.js'
import type { Command } from '../command.js'
import { table } from '../table.js'

export const pluginList: Command = {
  name: 'plugin list',
  summary: 'lists the plugins on disk, loaded or not',
  options: ['json', 'data'],
  example: 'patchbay plugin list --json',
  async run({ server, printed, print }) {
    const answer = await (await server()).get<{ plugins: PluginSummary[] }>('/kernel/plugins')
    if (printed(answer)) return
    const rows = answer.plugins.map(plugin => [
      plugin.name,
      plugin.state,
      plugin.generation ? String(plugin.generation) : '',
      plugin.version,
      plugin.aliases.join(', '),
      plugin.description,
    ])
    print(table(['NAME', 'STATE', 'GENERATION', 'VERSION', 'ALIASES', 'DESCRIPTION'], rows))
    const troubled = answer.plugins.filter(plugin => plugin.error)
    if (troubled.length > 0) print(`\n${troubled.map(plugin => `! ${plugin.name}: ${plugin.error}`).join('\n')}`)
  },
}
