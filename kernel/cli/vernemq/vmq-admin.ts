import type { Command } from '../command.js'
import type { ControlClient } from '../control-client.js'
import { EXIT } from '../exit-codes.js'
import { helpOfCommand } from '../help.js'
import { leadingOptions } from '../leading-options.js'
import { liveCommands } from '../live-commands.js'
import { Refusal } from '../refusal.js'
import { callVernemq } from './call.js'
import { callLine } from './call-line.js'
import { listOf, unknownCommand } from './usage.js'

const OPTIONS = { '--data': 1, '--help': 0, '-h': 0, '--json': 0 }

export const vmqAdmin: Command = {
  name: 'vmq-admin',
  takes: ['COMMAND', '[NAME=VALUE…]', '[--FLAG…]'],
  summary: "runs a command of VerneMQ's vmq-admin; also installed under that name",
  details: [
    "Tables are drawn as there, never cut; --format=json prints the API's own answer. An alert goes to stderr, and it",
    'ends with 1. So does wrong usage. --data and --json stand before COMMAND; what follows belongs to it.',
  ].join('\n'),
  options: ['data', 'json'],
  raw: true,
  example: 'patchbay vmq-admin session show --client_id --is_online',
  async run(call) {
    const { options, rest } = leadingOptions(call.words, OPTIONS, 'vmq-admin')
    const line = callLine(options.has('--json') ? [...rest, '--format=json'] : rest)
    const client = await call.server(options.get('--data'))
    const asksForHelp = line.asksForHelp || options.has('--help') || options.has('-h')
    if (!asksForHelp && line.words.length > 0) return callVernemq(line, client, call)
    const text = await helpPage(client, line.words)
    if (asksForHelp) return call.print(text)
    call.note(text)
    call.ends(EXIT.failed)
  },
}

/** With the commands of the running Patchbay; without one, what is true of every one. */
async function helpPage(client: ControlClient, words: readonly string[]): Promise<string> {
  const page = words.length > 0 ? [] : [helpOfCommand(vmqAdmin)]
  try {
    const list = listOf(await liveCommands(client, 'vernemq'), words)
    if (list === '') throw unknownCommand(words, await liveCommands(client, 'vernemq'))
    return [...page, `Commands\n${list}`].join('\n\n')
  } catch (thrown) {
    if (words.length > 0 || !(thrown instanceof Refusal && thrown.exitCode === EXIT.notRunning)) throw thrown
    return [...page, 'The commands are those of a running Patchbay; none is running.'].join('\n\n')
  }
}
