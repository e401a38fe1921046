import { matches } from '../audit/audit-log.js'
import type { AuditEntry } from '../audit/entry.js'
import { didYouMean } from '../config/nearest.js'
import { KernelError } from '../errors.js'
import type { PluginContext } from '../life/definition.js'
import type { Tools } from './tools.js'

const HOUR_MS = 3_600_000
const MOST = 1000
const RESULTS: readonly AuditEntry['result'][] = ['done', 'failed', 'denied', 'wrong credentials']

/** `/kernel/audit`: who did what, newest first. */
export function contributeAudit(ctx: PluginContext, { audit, faces }: Tools): void {
  ctx.route('GET', '/kernel/audit', { permission: 'audit.read' }, async request => {
    const { query } = request
    const text = (name: string) => (typeof query[name] === 'string' ? query[name] : undefined)
    const number = (name: string) => (query[name] === undefined ? undefined : numberIn(name, text(name)))
    const since = text('since')
    const until = text('until')
    const filter = {
      who: text('who'),
      face: oneOf('face', text('face'), [...faces.keys(), 'native']),
      command: text('command'),
      address: text('address'),
      result: oneOf('result', text('result'), RESULTS),
      since: since === undefined ? undefined : timeIn('since', since),
      until: until === undefined ? undefined : timeIn('until', until),
    }
    const page = await audit.read(filter, Math.min(number('limit') ?? 100, MOST), cursorIn(text('before')))
    const counting = audit.refusals.pending.filter(
      entry => matches(entry, Date.parse(entry.time), filter) && (filter.since ?? 0) <= Date.parse(entry.time),
    )
    return { entries: page.entries, next: page.next ?? null, counting }
  })
  // Age removes entries also from a log that nothing is added to.
  ctx.every(HOUR_MS, () => audit.prune())
}

function oneOf(name: string, text: string | undefined, known: readonly string[]): string | undefined {
  if (text === undefined || known.includes(text)) return text
  throw new KernelError('bad_request', `there is no ${name} "${text}"${didYouMean(text, known)}`, {
    hint: `expected one of ${known.join(', ')}`,
  })
}

/** As an earlier page gave it. */
function cursorIn(text: string | undefined): string | undefined {
  if (text === undefined || /^\d{0,15}\.\d{0,15}$/.test(text)) return text
  throw new KernelError('bad_request', `"before" is the "next" of another page, not "${text}"`)
}

function numberIn(name: string, text = ''): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new KernelError('bad_request', `"${name}" is a number from 1 on, not "${text}"`)
}

const AGO: Record<string, number> = { s: 1000, m: 60_000, h: HOUR_MS, d: 24 * HOUR_MS }

/** ISO 8601, or how long ago: `90m`, `2d`. */
function timeIn(name: string, text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const time = count === undefined ? Date.parse(text) : Date.now() - Number(count) * AGO[unit!]!
  if (!Number.isNaN(time)) return time
  throw new KernelError(
    'bad_request',
    `"${name}" is a time such as 2026-11-22T09:00:00Z, or 90m, 24h, 7d, not "${text}"`,
  )
}
