import { controlSocketPath } from '../control-socket.js'
import { KernelError } from '../errors.js'
import type { Call, Command } from './command.js'
import { understand } from './command-line.js'
import { COMMANDS } from './commands.js'
import { ControlClient } from './control-client.js'
import { dataFolder } from './data-folder.js'
import { EXIT } from './exit-codes.js'
import { helpOf, helpOfCommand } from './help.js'
import type { Options } from './options.js'
import { Refusal } from './refusal.js'

/** Where a command line writes to. */
export interface Streams {
  out(text: string): void
  err(text: string): void
}

/** Runs a command line in this process and sets its exit code; `program` is what sentences begin with. */
export async function runProgram(program: string, given: readonly string[]): Promise<void> {
  // `patchbay logs | head` ends early, and that is fine.
  process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
    process.exit(thrown.code === 'EPIPE' ? EXIT.ok : EXIT.failed)
  })
  process.exitCode = await runLine(program, given, {
    out: text => void process.stdout.write(text),
    err: text => void process.stderr.write(text),
  })
}

/** Runs a command line; resolves to the exit code. */
export async function runLine(program: string, given: readonly string[], streams: Streams): Promise<number> {
  try {
    return await run(given, streams)
  } catch (thrown) {
    return failed(program, thrown, given, streams)
  }
}

async function run(given: readonly string[], streams: Streams): Promise<number> {
  const asked = given[0] === '--version' || given[0] === '-v' ? ['version', ...given.slice(1)] : given
  const { command, group, words, options } = understand(asked, COMMANDS)
  if (!command) {
    const page = helpOf(group, COMMANDS)
    if (options.help) streams.out(line(page))
    else streams.err(line(page))
    return options.help ? EXIT.ok : EXIT.usage
  }
  let code: number = EXIT.ok
  const ends = (verdict: number) => {
    code = verdict
  }
  if (options.help) streams.out(line(helpOfCommand(command)))
  else await command.run(callOf(words, options, streams, ends)).catch(thrown => rethrow(thrown, command))
  return code
}

/** What the server says of a call, for somebody who has typed a command. */
function rethrow(thrown: unknown, { name, raw }: Command): never {
  if (!(thrown instanceof Refusal) || raw) throw thrown
  if (thrown.message.startsWith('nothing answers ')) {
    throw new Refusal(`no running plugin serves "patchbay ${name}"`, {
      code: thrown.code,
      hint: `patchbay plugin list shows which plugins run${name.startsWith('mqtt ') ? '; patchbay plugin start mqtt-admin starts the one for it' : ''}`,
    })
  }
  if (!MISTAKES.has(thrown.code)) throw thrown
  const { code, exitCode, hint } = thrown
  const message = thrown.message.replace(/^(GET|POST|PUT|PATCH|DELETE) \S+: /, '')
  const isOfApi = hint === undefined || hint.startsWith('GET ')
  throw new Refusal(message, { code, exitCode, hint: isOfApi ? `patchbay ${name} --help tells what it takes` : hint })
}

const MISTAKES = new Set(['bad_request', 'body_invalid'])

function callOf(words: readonly string[], options: Options, { out, err }: Streams, ends: Call['ends']): Call {
  return {
    words,
    options,
    ends,
    print: text => out(line(text)),
    note: text => err(line(text)),
    printed(answer) {
      if (options.json) out(line(JSON.stringify(answer, null, 2)))
      return options.json === true
    },
    server: async data => new ControlClient(controlSocketPath(await dataFolder(options.data ?? data))),
  }
}

function failed(program: string, thrown: unknown, given: readonly string[], { out, err }: Streams): number {
  const known = thrown instanceof Refusal || thrown instanceof KernelError
  const { code, message, hint } = known ? thrown : { code: 'internal', message: String(thrown), hint: undefined }
  if (given.includes('--json')) out(line(JSON.stringify({ error: { code, message, hint } }, null, 2)))
  err(`${program}: ${message}\n${hint ? `  → ${hint}\n` : ''}`)
  if (!known && thrown instanceof Error) err(`${thrown.stack}\n`)
  return thrown instanceof Refusal ? thrown.exitCode : EXIT.failed
}

function line(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}
