/** A topic or filter by its levels; `#` alone is the same as `+/#`, which spares its exception (MQTT 3.1.1 §4.7.1). */
export type Levels = readonly string[]

const LONGEST = 1024

export function levelsOf(filter: string): Levels {
  return filter === '#' ? ['+', '#'] : filter.split('/')
}

/** What is wrong with `filter`, as the end of a sentence; undefined for a right one. */
export function flawOf(filter: string): string | undefined {
  if (filter === '') return 'is empty'
  if (Buffer.byteLength(filter) > LONGEST) return `is longer than ${LONGEST} bytes`
  if (/[\0\p{Cs}]/u.test(filter)) return 'has characters that no topic has'
  const levels = filter.split('/')
  const wrong = levels.find((level, at) => (/[+#]/.test(level) && level.length > 1) || misplaced(levels, level, at))
  return wrong === undefined ? undefined : `has a wildcard in "${wrong}" where none may be`
}

function misplaced(levels: Levels, level: string, at: number): boolean {
  return level === '#' && at !== levels.length - 1
}

/** The filter whose messages a subscription gets: that behind `$share/GROUP/` and `$queue/`. Undefined when there is none. */
export function innerFilter(filter: string): string | undefined {
  if (!filter.startsWith('$')) return filter
  const inner = filter.startsWith('$queue/')
    ? filter.slice('$queue/'.length)
    : filter.startsWith('$share/')
      ? /^\$share\/[^/+#]+\/(.*)$/s.exec(filter)?.[1]
      : filter
  return inner === '' ? undefined : inner
}

/** Whether every topic that `asked` matches is matched by `rule`. A leading wildcard leaves `$…` out (§4.7.2). */
export function covers(rule: Levels, asked: Levels): boolean {
  if (rule[0] === '+' && asked[0]!.startsWith('$')) return false
  for (let at = 0; ; at++) {
    const own = rule[at]
    const other = asked[at]
    if (own === '#') return true
    if (own === undefined || other === undefined) return own === other
    if (other === '#' || (own !== '+' && own !== other)) return false
  }
}

/** Whether some topic is matched by both. Here a leading wildcard of `rule` takes `$…` in: what is denied must not leak. */
export function overlaps(rule: Levels, asked: Levels): boolean {
  if (asked[0] === '+' && rule[0]!.startsWith('$')) return false
  for (let at = 0; ; at++) {
    const own = rule[at]
    const other = asked[at]
    if (own === '#' || other === '#') return true
    if (own === undefined || other === undefined) return own === other
    if (own !== '+' && other !== '+' && own !== other) return false
  }
}
