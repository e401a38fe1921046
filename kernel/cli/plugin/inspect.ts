import type { PluginDetails } from '../../inventory.js'
import type { Command } from '../command.js'
import { path } from '../control-client.js'
import { fields } from '../table.js'

export const pluginInspect: Command = {
  name: 'plugin inspect',
  takes: ['NAME'],
  summary: 'shows routes, effects, holdings, options and more of one plugin',
  options: ['json', 'data'],
  example: 'patchbay plugin inspect mqtt-broker',
  async run({ words: [name = ''], server, printed, print }) {
    const plugin = await (await server()).get<PluginDetails>(path`/kernel/plugins/${name}`)
    if (!printed(plugin)) print(described(plugin))
  },
}

function described(plugin: PluginDetails): string {
  const { last_error } = plugin
  return fields([
    ['name', `${plugin.name} ${plugin.version}`],
    ['description', plugin.description],
    ['aliases', plugin.aliases.join(', ')],
    ['state', plugin.generation ? `${plugin.state}, generation ${plugin.generation}` : plugin.state],
    ['wanted', wanted(plugin.desired)],
    ['folder', plugin.folder],
    ['requires', plugin.requires.join(', ')],
    ['required by', plugin.required_by.join(', ')],
    ['routes', plugin.routes],
    ['commands', plugin.commands],
    ['services', plugin.services],
    ['permissions', Object.entries(plugin.permissions).map(([name, text]) => `${name}: ${text}`)],
    ['namespaces', plugin.namespaces.declared.map(name => open(name, plugin.namespaces.open))],
    ['effects', plugin.effects],
    ['holdings', plugin.holdings],
    ['options', plugin.options.map(({ key, value, source }) => `${key} = ${value} (${source})`)],
    [
      'last error',
      last_error
        ? [`${last_error.at}  ${last_error.sentence}`, ...(last_error.hint ? [`→ ${last_error.hint}`] : [])]
        : plugin.error,
    ],
  ])
}

function wanted({ loaded, active }: PluginDetails['desired']): string {
  return active ? 'running after a restart' : loaded ? 'loaded after a restart' : 'nothing after a restart'
}

function open(name: string, opened: readonly string[]): string {
  return opened.includes(name) ? `${name} (open)` : name
}
