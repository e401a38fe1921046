import type { Command } from './command.js'
import { callVernemq } from './vernemq/call.js'
import { callLine } from './vernemq/call-line.js'

/** The API keys of VerneMQ's API, under a name of ours: `vmq-admin api-key create` is the same. */
function apiKey(verb: string, takes: readonly string[], summary: string, example: string): Command {
  return {
    name: `api-key ${verb}`,
    takes: ['[NAME=VALUE…]'],
    summary,
    details: `It takes ${takes.join(', ')}. vmq-admin api-key ${verb} is the same command.`,
    options: ['json', 'data'],
    example: `patchbay api-key ${verb}${example}`,
    async run(call) {
      const line = callLine(['api-key', verb, ...call.words])
      await callVernemq({ ...line, format: call.options.json ? 'json' : 'human' }, await call.server(), call)
    },
  }
}

const SCOPE = 'scope=status, mgmt, metrics or health (else mgmt)'
const EXPIRES = 'expires=2027-01-31T00:00:00 (else never)'

export const API_KEY_COMMANDS: readonly Command[] = [
  apiKey('create', [SCOPE, EXPIRES], 'makes a key for the VerneMQ API and prints it', ' scope=metrics'),
  apiKey('add', ['key=KEY', SCOPE, EXPIRES], 'adds a key that you have made yourself', ' key=…'),
  apiKey('show', [SCOPE.replace(' (else mgmt)', '')], 'lists the keys of the VerneMQ API', ''),
  apiKey('delete', ['key=KEY', SCOPE], 'removes a key of the VerneMQ API', ' key=…'),
]
