import type { Command } from '../command.js'
import { path } from '../control-client.js'

export const pluginCheck: Command = {
  name: 'plugin check',
  takes: ['NAME'],
  summary: 'tries whether the code on disk would start or reload, and changes nothing',
  options: ['json', 'data'],
  example: 'patchbay plugin check mqtt-admin && patchbay plugin reload mqtt-admin',
  async run({ words: [name = ''], server, printed, print }) {
    const answer = await (await server()).post<{ ok: true; message: string }>(path`/kernel/plugins/${name}/check`)
    if (!printed(answer)) print(answer.message)
  },
}
