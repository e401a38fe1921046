import type { Command } from '../command.js'

export const configReload: Command = {
  name: 'config reload',
  summary: 'has the configuration read again',
  details: 'Reloads the plugins that it changes. A file with a mistake changes nothing.',
  options: ['json', 'data'],
  example: 'patchbay config reload',
  async run({ server, printed, print }) {
    const answer = await (await server()).post<{ reloaded: string[] }>('/kernel/config/reload')
    if (printed(answer)) return
    print(`the configuration was read again; reloaded: ${answer.reloaded.join(', ') || 'nothing'}`)
  },
}
