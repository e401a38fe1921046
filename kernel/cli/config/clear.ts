import type { PluginDetails } from '../../inventory.js'
import type { Command } from '../command.js'
import { path } from '../control-client.js'

export const configClear: Command = {
  name: 'config clear',
  takes: ['NAME'],
  summary: 'forgets what was set for a plugin over an API: its options are those of the file again',
  details: 'Applied by a reload of the plugin. patchbay config show tells which options are overridden.',
  options: ['json', 'data'],
  example: 'patchbay config clear mqtt-broker',
  async run({ words: [name = ''], server, printed, print }) {
    const after = await (await server()).delete<PluginDetails>(path`/kernel/plugins/${name}/options`)
    if (!printed(after)) print(`${after.name} has the options of the configuration again`)
  },
}
