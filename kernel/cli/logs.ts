import type { LogLine } from '../log.js'
import { asText } from '../log-text.js'
import type { Call, Command } from './command.js'
import { wrongUsage } from './refusal.js'

export const logs: Command = {
  name: 'logs',
  summary: 'shows the newest lines of the log',
  details: 'With --json each line is one JSON object.',
  options: ['follow', 'plugin', 'limit', 'json', 'data'],
  example: 'patchbay logs --follow --plugin mqtt-broker',
  async run({ options, server, print }) {
    const { plugin, limit = '100', follow, json } = options
    if (!/^[1-9]\d*$/.test(limit)) throw wrongUsage(`"--limit ${limit}" is not a number of lines`, '--limit 100')
    const show = (line: LogLine) => print(json ? JSON.stringify(line) : asText(line))
    const wanted = (line: LogLine) => plugin === undefined || line.plugin === plugin
    const remembered = async () => {
      const query = new URLSearchParams({ limit, ...(plugin === undefined ? {} : { plugin }) })
      return (await (await server()).get<{ lines: LogLine[] }>(`/kernel/logs?${query}`)).lines
    }
    if (!follow) {
      for (const line of await remembered()) show(line)
      return
    }
    for await (const line of followed(server, remembered)) if (wanted(line)) show(line)
  },
}

/** What is remembered, then every further line: each line once, also one that is written in between. */
async function* followed(server: Call['server'], remembered: () => Promise<LogLine[]>): AsyncGenerator<LogLine> {
  const further = (await server()).lines('/kernel/logs/follow')
  const next = further.next()
  const seen = new Set<string>()
  for (const line of await remembered()) {
    seen.add(JSON.stringify(line))
    yield line
  }
  for (let line = await next; !line.done; line = await further.next()) {
    if (!seen.delete(line.value)) yield JSON.parse(line.value) as LogLine
  }
}
