type Row = Readonly<Record<string, unknown>>

/**
 * Rows in a box, as `vmq-admin` has always drawn them: cells centred, a cell with several lines over several lines, the
 * columns of the first row. It is never cut to the width of the terminal, so that nothing is lost to `grep`.
 */
export function boxTable(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {})
  if (columns.length === 0) return ''
  const cells = rows.map(row => columns.map(column => linesOf(row[column])))
  const widths = columns.map((column, index) =>
    Math.max(width(column), ...cells.flatMap(row => row[index]!.map(width))),
  )
  const border = `+${widths.map(each => '-'.repeat(each)).join('+')}+`
  const line = (texts: readonly string[]) => `|${texts.map((text, index) => centred(text, widths[index]!)).join('|')}|`
  const body = cells.flatMap(row => {
    const height = Math.max(1, ...row.map(lines => lines.length))
    return Array.from({ length: height }, (_, at) => line(row.map(lines => lines[at] ?? '')))
  })
  return [border, line(columns), border, ...body, border].join('\n')
}

/** What has no value is `undefined` there, an Erlang word. */
function linesOf(value: unknown): string[] {
  return String(value ?? 'undefined')
    .split('\n')
    .filter(line => line !== '')
}

/** In characters: one beyond the basic plane counts once. */
function width(text: string): number {
  return [...text].length
}

function centred(text: string, to: number): string {
  const room = to - width(text)
  const left = Math.floor(room / 2)
  return ' '.repeat(left) + text + ' '.repeat(room - left)
}
