import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { reason } from '../../errors.js'
import type { Call, Command } from '../command.js'
import { Refusal, wrongUsage } from '../refusal.js'
import { qosIn } from './subscriptions.js'

export const mqttPublish: Command = {
  name: 'mqtt publish',
  takes: ['TOPIC', '[PAYLOAD]'],
  summary: 'publishes a message',
  details: 'An empty PAYLOAD ("") with --retain deletes what is retained of the topic.',
  options: ['qos', 'retain', 'base64', 'file', 'json', 'data'],
  example: 'patchbay mqtt publish news/today "all is well" --qos 1 --retain',
  async run(call) {
    const [topic] = call.words
    const body = { topic, ...(await payloadOf(call)), qos: qosIn(call), retain: call.options.retain ?? false }
    const answer = await (await call.server()).post('/mqtt/v1/publish', body)
    if (!call.printed(answer)) call.print(`published to ${topic}`)
  },
}

async function payloadOf({ words: [, payload], options: { file, base64 } }: Call): Promise<object> {
  if ((payload === undefined) === (file === undefined)) {
    throw wrongUsage('"patchbay mqtt publish" needs either PAYLOAD or --file', 'patchbay mqtt publish --help')
  }
  if (file === undefined) return base64 ? { payload_base64: payload } : { payload }
  if (base64) throw wrongUsage('"--base64" is about PAYLOAD; a file is sent as it is')
  return { payload_base64: (await contentOf(file)).toString('base64') }
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file)
  } catch (thrown) {
    throw new Refusal(`the payload cannot be read: ${reason(thrown)}; nothing was published`, {
      hint: 'name a file that this user may read',
    })
  }
}
