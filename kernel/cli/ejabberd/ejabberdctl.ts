import { resultIn } from '../../http/faces/ejabberd-types.js'
import type { Call, Command } from '../command.js'
import type { Answer, ControlClient } from '../control-client.js'
import { EXIT } from '../exit-codes.js'
import { helpOfCommand } from '../help.js'
import { leadingOptions, wrongCall } from '../leading-options.js'
import { liveCommands } from '../live-commands.js'
import { Refusal } from '../refusal.js'
import { bodyOf } from './arguments.js'
import { helpOn, unknown } from './help.js'
import { OWN_WORDS } from './own-words.js'
import { textOf } from './result.js'

/** Of the original, with how many words follow each; they say which server is meant and how to reach it. */
const OF_THE_ORIGINAL = {
  '--node': 1,
  '--auth': 3,
  '--no-timeout': 0,
  '--config-dir': 1,
  '--config': 1,
  '--ctl-config': 1,
  '--logs': 1,
  '--spool': 1,
}
const OPTIONS = { ...OF_THE_ORIGINAL, '--version': 1, '--data': 1, '--json': 0, '--help': 0, '-h': 0 }
/** The first version of the API in which lists are lists; `ejabberdctl` knows what a result is anyway. */
const VERSION = 1

export const ejabberdctl: Command = {
  name: 'ejabberdctl',
  takes: ['COMMAND', '[ARGUMENT…]'],
  summary: "runs a command of ejabberd's ejabberdctl; also installed under that name",
  details: [
    'Prints and ends as there: 0 done, 1 not done or wrong usage, 2 without a command, 3 no server. What a command says',
    'goes to stdout, also a refusal. ejabberdctl help COMMAND tells its arguments; a list is written a,b or as JSON.',
    '--version N is the version of the API (1). --data, --json and --version stand before COMMAND; --node and --auth,',
    'which mean another server, are read past.',
  ].join('\n'),
  options: ['data', 'json'],
  raw: true,
  example: 'patchbay ejabberdctl status',
  async run(call) {
    const { options, rest } = leadingOptions(call.words, OPTIONS, 'ejabberdctl')
    const version = versionOf(options.get('--version'))
    for (const name of ['--node', '--auth']) {
      if (options.has(name)) call.note(`ejabberdctl: ${name} is ignored: the server of the data folder is meant`)
    }
    const client = await call.server(options.get('--data'))
    const [word, ...words] = rest
    if (word === undefined || word === 'help') {
      const asked = word === 'help' || options.has('--help') || options.has('-h')
      const page = await helpPage(client, words[0], version)
      if (asked) return call.print(page)
      call.note(page)
      return call.ends(EXIT.usage)
    }
    const own = words.length === 0 ? OWN_WORDS.get(word) : undefined
    if (own) return own.run(client, call)
    await callEjabberd(word, words, { client, call, version, asJson: options.has('--json') })
  },
}

interface Means {
  client: ControlClient
  call: Call
  version: number
  asJson: boolean
}

async function callEjabberd(word: string, words: readonly string[], { client, call, version, asJson }: Means) {
  const commands = await liveCommands(client, 'ejabberd')
  const command = commands.find(({ name }) => name === word.replaceAll('-', '_'))
  if (!command) throw unknown(word, commands)
  const body = bodyOf(command, version, words)
  const answer = await client.ask('POST', `/api/${encodeURIComponent(command.name)}/v${version}`, body)
  const value = parsed(answer)
  if (asJson) call.print(answer.text)
  if (answer.status !== 200) {
    if (!asJson) call.print(refusalIn(answer.status, value))
    if (answer.status === 503) call.note('  → patchbay plugin list shows what is stopped or has failed, and why')
    return call.ends(EXIT.failed)
  }
  const { type } = resultIn(command.result, version)
  if (type === 'rescode') return value === 0 ? undefined : call.ends(EXIT.failed)
  if (asJson) return
  const text = textOf(type, value)
  if (text !== '') call.print(text)
}

/** `Error: conflict: User john@localhost already registered` */
function refusalIn(status: number, value: unknown): string {
  const kinds: Record<number, string> = { 404: 'not_found: ', 409: 'conflict: ' }
  if (typeof value === 'string') return `Error: ${value}`
  const { message } = value as { message?: unknown }
  return `Error: ${kinds[status] ?? ''}${String(message ?? JSON.stringify(value))}`
}

function parsed({ status, text }: Answer): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(`the API answered ${status}: ${text.trim()}`, { hint: 'patchbay logs tells why' })
  }
}

function versionOf(given: string | undefined): number {
  if (given === undefined) return VERSION
  if (/^\d{1,3}$/.test(given)) return Number(given)
  throw wrongCall(`"--version ${given}" is not a version of the API`, 'versions are 0, 1, 2, …')
}

/** With the commands of the running Patchbay; without one, what is true of every one. */
async function helpPage(client: ControlClient, asked: string | undefined, version: number): Promise<string> {
  const page = asked === undefined ? `${helpOfCommand(ejabberdctl)}\n\n` : ''
  try {
    const text = helpOn(asked, await liveCommands(client, 'ejabberd'), version)
    return asked === undefined ? `${page}Commands\n${text}` : text
  } catch (thrown) {
    if (asked !== undefined || !(thrown instanceof Refusal && thrown.exitCode === EXIT.notRunning)) throw thrown
    return `${page}The commands are those of a running Patchbay; none is running.`
  }
}
