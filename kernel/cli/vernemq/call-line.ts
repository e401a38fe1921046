/** A line of `vmq-admin`, taken apart as the HTTP API wants it. */
export interface CallLine {
  /** `session show`, and the keys of `show k1 k2`. */
  readonly words: readonly string[]
  /** `k=v` first, then flags, each in the order in which they were given: that is how the API reads them. */
  readonly fields: readonly (readonly [name: string, value: string | undefined])[]
  /** `--format`. */
  readonly format: string
  readonly asksForHelp: boolean
}

export function callLine(given: readonly string[]): CallLine {
  const words: string[] = []
  const params: CallLine['fields'][number][] = []
  const flags: [name: string, value: string | undefined][] = []
  let format = 'human'
  let asksForHelp = false
  for (const word of given) {
    const equals = word.indexOf('=')
    const [name, value] = equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
    if (name === '--help' || name === '-h') asksForHelp = true
    else if (name === '--format') format = value ?? ''
    else if (name.startsWith('-')) flags.push([name, value])
    else if (equals >= 0) params.push([name, value])
    // `--limit 10` is `--limit=10`.
    else if (flags.length > 0 && flags.at(-1)![1] === undefined) flags.at(-1)![1] = word
    else words.push(word)
  }
  return { words, fields: [...params, ...flags], format, asksForHelp }
}

/** The path and the query of the API. */
export function pathOf({ words, fields }: CallLine): string {
  const path = words.map(encodeURIComponent).join('/')
  const query = fields.map(([name, value]) => {
    return value === undefined ? encodeURIComponent(name) : `${encodeURIComponent(name)}=${encodeURIComponent(value)}`
  })
  return `/api/v1/${path}${query.length > 0 ? `?${query.join('&')}` : ''}`
}
