#!/usr/bin/env -S node --max-semi-space-size=2 --max-old-space-size=2000
// A small young generation and a bound below 2 GiB, under which V8 lets the old one grow in smaller steps: 30 MiB less.
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

// `patchbay logs | head` ends early, and that is fine.
process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
  process.exit(thrown.code === 'EPIPE' ? EXIT.ok : EXIT.failed)
})

const print = (text: string) => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)

function callOf(words: readonly string[], options: Options): Call {
  return {
    words,
    options,
    print,
    printed(answer) {
      if (options.json) print(JSON.stringify(answer, null, 2))
      return options.json === true
    },
    server: async () => new ControlClient(controlSocketPath(await dataFolder(options.data))),
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
  if (options.help) print(helpOfCommand(command))
  else await command.run(callOf(words, options))
  return EXIT.ok
}

function failed(thrown: unknown): number {
  const known = thrown instanceof Refusal || thrown instanceof KernelError
  const { code, message, hint } = known ? thrown : { code: 'internal', message: String(thrown), hint: undefined }
  if (process.argv.includes('--json')) print(JSON.stringify({ error: { code, message, hint } }, null, 2))
  process.stderr.write(`patchbay: ${message}\n${hint ? `  → ${hint}\n` : ''}`)
  if (!known && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`)
  return thrown instanceof Refusal ? thrown.exitCode : EXIT.failed
}

run(process.argv.slice(2))
  .catch(failed)
  .then(code => {
    process.exitCode = code
  })
