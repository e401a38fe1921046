import type { NumberedEntry } from '../audit/entry.js'
import { onOneLine } from '../log-text.js'
import type { Command } from './command.js'
import type { ControlClient } from './control-client.js'
import type { Options } from './options.js'
import { wrongUsage } from './refusal.js'
import { aligned } from './table.js'

/** As many as one call of the API answers. */
const PAGE = 1000
const FILTERS = ['who', 'face', 'command', 'address', 'result', 'since', 'until'] as const

interface Page {
  entries: NumberedEntry[]
  next: number | null
  /** Refusals that are still being counted. */
  counting: number
}

export const audit: Command = {
  name: 'audit',
  summary: 'shows who changed or was refused what, the newest last',
  details: [
    'A line is the time (UTC), the result, the caller, where the call came from, the API and the command with its',
    'arguments. With --json it is the answer of /kernel/audit, the newest first.',
  ].join('\n'),
  options: ['who', 'face', 'command', 'address', 'result', 'since', 'until', 'limit', 'json', 'data'],
  example: 'patchbay audit --result denied --since 24h',
  async run({ options, server, printed, print }) {
    const { limit = '100' } = options
    if (!/^[1-9]\d{0,8}$/.test(limit)) throw wrongUsage(`"--limit ${limit}" is not a number of entries`, '--limit 100')
    const page = await newest(await server(), options, Number(limit))
    if (printed(page) || page.entries.length === 0) return
    print(aligned(page.entries.reverse().map(row)))
  },
}

/** The pages of the API as one. A page may be empty and yet not be the last: it looks at so many entries at most. */
async function newest(client: ControlClient, options: Options, limit: number): Promise<Page> {
  const all: Page = { entries: [], next: null, counting: 0 }
  do {
    const query = new URLSearchParams({ limit: String(Math.min(limit - all.entries.length, PAGE)) })
    for (const name of FILTERS) if (options[name] !== undefined) query.set(name, options[name])
    if (all.next !== null) query.set('before', String(all.next))
    const page = await client.get<Page>(`/kernel/audit?${query}`)
    all.entries.push(...page.entries)
    all.next = page.next
    all.counting = page.counting
  } while (all.next !== null && all.entries.length < limit)
  return all
}

function row({ time, result, failure, count, who, address, listener, face, command, arguments: given }: NumberedEntry) {
  const times = count !== undefined && count > 1 ? ` ×${count}` : ''
  return [
    `${time.slice(0, 19)}Z`,
    result + (failure === undefined ? '' : ` (${failure})`) + times,
    who === null ? (address === '' ? 'local' : 'nobody') : `${who.kind} ${who.name}`,
    address || listener,
    face,
    [command, ...(given === undefined ? [] : [JSON.stringify(given)])].join(' '),
  ].map(onOneLine)
}
