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
  takes: ['[OPTION]'],
  summary: 'shows every option, or those whose name has this in it, with its value and where that comes from',
  details:
    'Sources: default, file, environment, and override for what was set over an API, which wins over the file. --json shows all.',
  options: ['json', 'data'],
  example: 'patchbay config show max_queue',
  async run({ words: [part = ''], server, printed, print, note }) {
    const answer = await (await server()).get<Shown>('/kernel/config')
    if (printed(answer)) return
    const row = (prefix: string, { key, value, source }: PluginOption) => [prefix + key, value, source]
    const rows = [
      ...answer.settings.map(option => row('', option)),
      ...Object.entries(answer.plugins).flatMap(([name, options]) =>
        options.map(option => row(`plugins.${name}.`, option)),
      ),
    ].filter(([option]) => option!.includes(part))
    if (rows.length === 0) return note(`no option has "${part}" in its name`)
    print(`file: ${answer.file ?? 'none, the defaults hold'}\n\n${table(['OPTION', 'VALUE', 'SOURCE'], rows)}`)
  },
}
