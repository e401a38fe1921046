import type { OptionName, Options } from '../options.js'
import { wrongUsage } from '../refusal.js'

/** Option to the name of the API's filter. */
const FILTERS = {
  user: 'username',
  like: 'like',
  state: 'state',
  address: 'address',
  transport: 'transport',
  listener: 'listener',
  clean: 'clean',
  subscribed: 'subscribed',
  since: 'connected_after',
  until: 'connected_before',
} as const satisfies { readonly [name in OptionName]?: string }

export const CLIENT_FILTERS = Object.keys(FILTERS) as (keyof typeof FILTERS)[]

const AGO: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** What the options ask for, in the words of the API. */
export function clientFilter(options: Options): Record<string, string> {
  const filter: Record<string, string> = {}
  for (const option of CLIENT_FILTERS) {
    const value = options[option]
    if (value === undefined) continue
    filter[FILTERS[option]] = option === 'since' || option === 'until' ? time(option, value) : value
  }
  return filter
}

/** The same as JSON. */
export function clientFilterJson(options: Options): Record<string, unknown> {
  const { clean, ...filter } = clientFilter(options)
  if (clean === undefined) return filter
  if (clean !== 'true' && clean !== 'false') throw wrongUsage(`"--clean ${clean}" is neither true nor false`)
  return { ...filter, clean: clean === 'true' }
}

function time(option: string, text: string): string {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const at = count === undefined ? Date.parse(text) : Date.now() - Number(count) * AGO[unit!]!
  if (!Number.isNaN(at)) return new Date(at).toISOString()
  throw wrongUsage(`"--${option} ${text}" is not a time`, `--${option} 90m, or --${option} 2026-11-22T09:00:00Z`)
}
