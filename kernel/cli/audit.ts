import type { AuditEntry, NumberedEntry } from '../audit/entry.js'
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
  next: string | null
  /** Refusals of the last minute: not entries yet, and whatever the filters are. */
  counting: AuditEntry[]
}

export const audit: Command = {
  name: 'audit',
  summary: 'shows who changed or was refused what, the newest last',
  details: [
    'A line is the time (UTC), the result, the caller, where the call came from, the API and the command with its',
    'arguments. Refusals of one caller in one minute are one entry. With --json it is the answer of /kernel/audit, the',
    'newest first.',
  ].join('\n'),
  options: ['who', 'face', 'command', 'address', 'result', 'since', 'until', 'limit', 'json', 'data'],
  example: 'patchbay audit --result denied --since 24h',
  async run({ options, server, printed, print }) {
    const { limit = '100' } = options
    if (!/^[1-9]\d{0,8}$/.test(limit)) throw wrongUsage(`"--limit ${limit}" is not a number of entries`, '--limit 100')
    const page = await newest(await server(), options, Number(limit))
    if (printed(page)) return
    const entries = [...page.entries.reverse(), ...page.counting.filter(entry => wanted(entry, options))]
    if (entries.length > 0) print(aligned(entries.slice(-Number(limit)).map(row)))
  },
}

/** The pages of the API as one. A page may be empty and yet not be the last: it looks at so many entries at most. */
async function newest(client: ControlClient, options: Options, limit: number): Promise<Page> {
  const all: Page = { entries: [], next: null, counting: [] }
  do {
    const query = new URLSearchParams({ limit: String(Math.min(limit - all.entries.length, PAGE)) })
    for (const name of FILTERS) if (options[name] !== undefined) query.set(name, options[name])
    if (all.next !== null) query.set('before', all.next)
    const page = await client.get<Page>(`/kernel/audit?${query}`)
    all.entries.push(...page.entries)
    all.next = page.next
    all.counting = page.counting
  } while (all.next !== null && all.entries.length < limit)
  return all
}

function wanted({ who, face, command, address, result }: AuditEntry, filter: Options): boolean {
  const given = { who: who?.name, face, address, result }
  const matches = (['who', 'face', 'address', 'result'] as const).every(
    name => filter[name] === undefined || filter[name] === given[name],
  )
  return matches && filter.until === undefined && command.includes(filter.command ?? '')
}

function row({ time, result, failure, count, who, address, listener, face, command, arguments: given }: AuditEntry) {
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
