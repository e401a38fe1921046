import type { PluginOption } from '../../config/plugin-options.js'
import type { Command } from '../command.js'
import { table } from '../table.js'

interface Shown {
  file: string | null
  settings: PluginOption[]
  plugins: Record<string, PluginOption[]>
}

export const configShow: Command = {
  name: 'config show',
  summary: 'shows every option with its value and where that comes from',
  details: 'Sources: default, file, environment, and override for what was set over an API, which wins over the file.',
  options: ['json', 'data'],
  example: 'patchbay config show',
  async run({ server, printed, print }) {
    const answer = await (await server()).get<Shown>('/kernel/config')
    if (printed(answer)) return
    const row = (prefix: string, { key, value, source }: PluginOption) => [prefix + key, value, source]
    const rows = [
      ...answer.settings.map(option => row('', option)),
      ...Object.entries(answer.plugins).flatMap(([name, options]) =>
        options.map(option => row(`plugins.${name}.`, option)),
      ),
    ]
    print(`file: ${answer.file ?? 'none, the defaults hold'}\n\n${table(['OPTION', 'VALUE', 'SOURCE'], rows)}`)
  },
}
