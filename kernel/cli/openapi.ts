import type { Command } from './command.js'

export const openapi: Command = {
  name: 'openapi',
  summary: 'prints the OpenAPI document of every native endpoint that answers now',
  options: ['data'],
  example: 'patchbay openapi > patchbay.json',
  async run({ server, print }) {
    print(JSON.stringify(await (await server()).get('/kernel/openapi.json'), null, 2))
  },
}
