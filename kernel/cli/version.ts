import { VERSION } from '../status.js'
import type { Command } from './command.js'

export const version: Command = {
  name: 'version',
  summary: 'shows the version of this program',
  options: ['json'],
  example: 'patchbay version',
  async run({ printed, print }) {
    if (!printed({ version: VERSION, node: process.version })) print(`patchbay ${VERSION}, Node ${process.version}`)
  },
}
