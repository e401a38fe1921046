import type { Command } from '../command.js'
import { path } from '../control-client.js'
import { wrongUsage } from '../refusal.js'

export const pluginPurge: Command = {
  name: 'plugin purge',
  takes: ['NAME', 'NAMESPACE'],
  summary: 'removes all data that a stopped plugin has stored in one namespace',
  details: 'It cannot be undone. patchbay plugin inspect NAME lists the namespaces of a loaded plugin.',
  options: ['yes', 'json', 'data'],
  example: 'patchbay plugin purge sip-registrar bindings --yes',
  async run({ words: [name = '', namespace = ''], options: { yes }, server, printed, print }) {
    if (!yes) {
      throw wrongUsage(
        `this removes all data of "${name}" in "${namespace}" for ever; nothing was removed yet`,
        `patchbay plugin purge ${name} ${namespace} --yes`,
      )
    }
    const answer = await (await server()).delete<{ ok: true }>(path`/kernel/plugins/${name}/storage/${namespace}`)
    if (!printed(answer)) print(`all data of "${name}" in "${namespace}" is removed`)
  },
}
