import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Refusal, wrongUsage } from '../refusal.js'

const VARIABLE = 'PATCHBAY_MQTT_PASSWORD'

/** How a command that takes a password gets it: never from its own words, which others see in the list of processes. */
export const WHENCE = `The password is asked for, or read from standard input when that is no terminal, or taken from ${VARIABLE}.`

/** The password that somebody types unseen, twice; or that of the environment or of standard input. */
export async function passwordFor(name: string): Promise<string> {
  const given = process.env[VARIABLE] ?? (process.stdin.isTTY ? await typed(name) : await text(process.stdin))
  const password = given.replace(/\r?\n$/, '')
  if (password !== '') return password
  throw wrongUsage('the password is empty; nothing was changed', `printf %s … | patchbay mqtt user …, or ${VARIABLE}`)
}

async function typed(name: string): Promise<string> {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output, terminal: true })
  const ask = async (question: string) => {
    process.stderr.write(question)
    const answer = await terminal.question('')
    process.stderr.write('\n')
    return answer
  }
  try {
    const first = await ask(`password of "${name}": `)
    if (first === (await ask('once more: '))) return first
    throw new Refusal('the two are not the same; nothing was changed')
  } finally {
    terminal.close()
  }
}
