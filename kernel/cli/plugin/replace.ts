import type { PluginDetails } from '../../inventory.js'
import type { Command } from '../command.js'
import { path } from '../control-client.js'

export const pluginReplace: Command = {
  name: 'plugin replace',
  takes: ['NAME', 'SUCCESSOR'],
  summary: 'starts one plugin in the place of another, without a gap',
  details: 'Both must not need each other; a backend is exchanged like this.',
  options: ['json', 'data'],
  example: 'patchbay plugin replace sip-registrar kamailio',
  async run({ words: [name = '', successor = ''], server, printed, print }) {
    const client = await server()
    const after = await client.post<PluginDetails>(path`/kernel/plugins/${name}/replace/${successor}`)
    if (!printed(after)) print(`${after.name} is ${after.state}, generation ${after.generation}; ${name} is stopped`)
  },
}
