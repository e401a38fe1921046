import { controlSocketPath } from '../control-socket.js'
import { KernelError } from '../errors.js'
import type { Call } from './command.js'
import { understand } from './command-line.js'
import { COMMANDS } from './commands.js'
import { ControlClient } from './control-client.js'
import { dataFolder } from './data-folder.js'
import { EXIT } from './exit-codes.js'
import { helpOf, helpOfCommand } from './help.js'
import type { Options } from './options.js'
import { Refusal } from './refusal.js'

const line = (text: string) => (text.endsWith('\n') ? text : `${text}\n`)
const print = (text: string) => void process.stdout.write(line(text))

function callOf(words: readonly string[], options: Options, ends: (code: number) => void): Call {
  return {
    words,
    options,
    print,
    ends,
    note: text => void process.stderr.write(line(text)),
    printed(answer) {
      if (options.json) print(JSON.stringify(answer, null, 2))
      return options.json === true
    },
    server: async data => new ControlClient(controlSocketPath(await dataFolder(options.data ?? data))),
  }
}

async function run(given: readonly string[]): Promise<number> {
  const asked = given[0] === '--version' || given[0] === '-v' ? ['version', ...given.slice(1)] : given
  const { command, group, words, options } = understand(asked, COMMANDS)
  if (!command) {
    const page = helpOf(group, COMMANDS)
    if (!options.help) process.stderr.write(`${page}\n`)
    else print(page)
    return options.help ? EXIT.ok : EXIT.usage
  }
  let code: number = EXIT.ok
  const ends = (verdict: number) => {
    code = verdict
  }
  if (options.help) print(helpOfCommand(command))
  else await command.run(callOf(words, options, ends))
  return code
}

function failed(program: string, thrown: unknown): number {
  const known = thrown instanceof Refusal || thrown instanceof KernelError
  const { code, message, hint } = known ? thrown : { code: 'internal', message: String(thrown), hint: undefined }
  if (process.argv.includes('--json')) print(JSON.stringify({ error: { code, message, hint } }, null, 2))
  process.stderr.write(`${program}: ${message}\n${hint ? `  → ${hint}\n` : ''}`)
  if (!known && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`)
  return thrown instanceof Refusal ? thrown.exitCode : EXIT.failed
}

/** Runs a command line and sets the exit code; `program` is what sentences begin with. */
export async function runProgram(program: string, given: readonly string[]): Promise<void> {
  // `patchbay logs | head` ends early, and that is fine.
  process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
    process.exit(thrown.code === 'EPIPE' ? EXIT.ok : EXIT.failed)
  })
  try {
    process.exitCode = await run(given)
  } catch (thrown) {
    process.exitCode = failed(program, thrown)
  }
}
