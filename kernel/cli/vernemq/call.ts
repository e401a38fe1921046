import type { Call } from '../command.js'
import type { ControlClient } from '../control-client.js'
import { EXIT } from '../exit-codes.js'
import { wrongCall } from '../leading-options.js'
import { liveCommands } from '../live-commands.js'
import { Refusal } from '../refusal.js'
import { type CallLine, pathOf } from './call-line.js'
import { readable } from './output.js'
import { refusedKey } from './refused-key.js'
import { refusalOf } from './usage.js'

const FORMATS = ['human', 'json']

/** Calls VerneMQ's API and prints the answer as `vmq-admin` does: alerts on stderr, and then it ends with 1. */
export async function callVernemq(line: CallLine, client: ControlClient, { print, note, ends }: Call): Promise<void> {
  if (!FORMATS.includes(line.format)) {
    throw wrongCall(`"--format=${line.format}" is not one of ${FORMATS.join(', ')}`, 'vmq-admin … --format=json')
  }
  const { status, text } = await client.ask('GET', pathOf(line))
  if (status === 400) {
    throw (await refusedKey(line, client)) ?? refusalOf(line, await liveCommands(client, 'vernemq'))
  }
  if (status !== 200) {
    throw new Refusal(`"${line.words.join(' ')}" failed: the API answered ${status}`, {
      hint: 'patchbay logs tells why',
    })
  }
  const { out, alerts } = readable(text)
  if (line.format === 'json') print(text)
  else {
    for (const each of out) print(each)
    for (const each of alerts) note(each)
  }
  if (alerts.length > 0) ends(EXIT.failed)
}
