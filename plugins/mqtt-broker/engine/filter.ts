import type { Options } from '../options.js'

/** A filter as subscribed, taken apart: `$share/group/filter` and `$queue/filter` have a group. */
export interface ParsedFilter {
  /** What topics are matched with. */
  matched: string
  group: string | undefined
}

/** Of the configuration. */
type Bounds = Pick<Options, 'max_topic_levels' | 'max_topic_length'>

/** In bytes of UTF-8, of which a UTF-16 unit takes at most three. */
export function isTooLong(topic: string, { max_topic_length }: Bounds): boolean {
  return topic.length * 3 > max_topic_length && Buffer.byteLength(topic) > max_topic_length
}

/** Undefined when it is not a filter, or beyond `bounds` (MQTT 3.1.1 §4.7, and MQTT 5 §4.8.2 for shared ones). */
export function parseFilter(filter: string, bounds?: Bounds): ParsedFilter | undefined {
  const parsed = filter.startsWith('$share/') ? shared(filter) : queue(filter)
  if (!parsed || parsed.matched === '' || parsed.group === '' || /[+#]/.test(parsed.group ?? '')) return undefined
  if (filter.includes('\0') || (bounds && isTooLong(filter, bounds))) return undefined
  const parts = parsed.matched.split('/')
  if (bounds && parts.length > bounds.max_topic_levels) return undefined
  const right = parts.every((part, index) =>
    part.length === 1 ? part !== '#' || index === parts.length - 1 : !/[+#]/.test(part),
  )
  return right ? parsed : undefined
}

function shared(filter: string): ParsedFilter | undefined {
  const end = filter.indexOf('/', 7)
  return end < 0 ? undefined : { group: filter.slice(7, end), matched: filter.slice(end + 1) }
}

/** `$queue/filter` is one group for everybody, as in EMQ. */
function queue(filter: string): ParsedFilter {
  return filter.startsWith('$queue/')
    ? { group: '$queue', matched: filter.slice(7) }
    : { group: undefined, matched: filter }
}

/** Whether a topic can be published to. */
export function isTopic(topic: string, bounds: Bounds): boolean {
  if (topic === '' || /[+#\0]/.test(topic) || isTooLong(topic, bounds)) return false
  return topic.split('/').length <= bounds.max_topic_levels
}

/** Whether a client may not publish there: what the broker says itself, and names of groups. */
export function isReserved(topic: string): boolean {
  return topic.charCodeAt(0) === DOLLAR && /^\$(SYS|share|queue)\//.test(topic)
}

/** A wildcard at the beginning leaves out `$…` (§4.7.2). */
export function matches(filter: string, topic: string): boolean {
  if (filter === topic) return true
  const first = filter.charCodeAt(0)
  if ((first === PLUS || first === HASH) && topic.charCodeAt(0) === DOLLAR) return false
  const parts = filter.split('/')
  const levels = topic.split('/')
  for (let at = 0; at < parts.length; at++) {
    if (parts[at] === '#') return true
    if (at >= levels.length || (parts[at] !== '+' && parts[at] !== levels[at])) return false
  }
  return parts.length === levels.length
}

/** What every topic that the filter matches begins with. */
export function literalPrefix(filter: string): string {
  const at = filter.search(/[+#]/)
  if (at < 0) return filter
  // `a/#` matches `a` too.
  return filter[at] === '#' ? filter.slice(0, Math.max(0, at - 1)) : filter.slice(0, at)
}

export const DOLLAR = 36
const HASH = 35
const PLUS = 43
