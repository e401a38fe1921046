import { setTimeout as pause } from 'node:timers/promises'
import type { Call, Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { Refusal } from '../refusal.js'
import { eventRow, type ToldEvent } from './event.js'

const RETRY_MS = 1000

export const mqttEvents: Command = {
  name: 'mqtt events',
  summary: 'follows what MQTT clients do, until it is interrupted',
  details: 'With --json each line is one JSON object. A reload of the server loses nothing.',
  options: ['client', 'user', 'event', 'topic', 'address', 'json', 'data'],
  example: 'patchbay mqtt events --event connected,disconnected --user bob',
  async run(call) {
    const { client, user, event, topic, address, json } = call.options
    const given = { client_id: client, username: user, event, topic, address }
    const query = new URLSearchParams(
      Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined),
    )
    for await (const { event: name, data } of followed(call, `/mqtt/v1/events?${query}`)) {
      if (name === 'missed') call.note(`${data['count'] ?? 'some'} events were missed`)
      else if (json) call.print(JSON.stringify(data))
      else
        call.print(
          eventRow(data as unknown as ToldEvent)
            .filter(Boolean)
            .join('  '),
        )
    }
  },
}

interface Told {
  event: string
  data: Record<string, unknown>
}

/** Comes back when a stream ends, and goes on where it was; ends with the server. */
async function* followed({ server }: Call, path: string): AsyncGenerator<Told> {
  const client = await server()
  let last: string | undefined
  for (;;) {
    const headers: Record<string, string> = last === undefined ? {} : { 'Last-Event-ID': last }
    let event = ''
    try {
      for await (const line of client.lines(path, headers)) {
        if (line.startsWith('event: ')) event = line.slice(7)
        else if (line.startsWith('id: ')) last = line.slice(4)
        else if (line.startsWith('data: ')) yield { event, data: JSON.parse(line.slice(6)) as Told['data'] }
      }
    } catch (thrown) {
      // The server has gone while its events were followed: that is how this ends.
      if (last !== undefined && thrown instanceof Refusal && thrown.exitCode === EXIT.notRunning) return
      throw thrown
    }
    await pause(RETRY_MS)
  }
}
