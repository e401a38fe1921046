/** One line of the report. */
export interface Row {
  what: string
  measured: string
  /** What it must reach; empty for a line that only helps to read the others. */
  bar: string
  /** undefined when there is no bar. */
  met: boolean | undefined
}

/** A line with a bar. */
export function bar(what: string, measured: string, wanted: string, met: boolean): Row {
  return { what, measured, bar: wanted, met }
}

/** A line without one, for orientation. */
export function note(what: string, measured: string): Row {
  return { what: `  ${what}`, measured, bar: '', met: undefined }
}

const HEAD = ['what', 'measured', 'bar', 'met?'] as const

export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, measured, bar, met }) => [
    what,
    measured,
    bar,
    met === undefined ? '' : met ? 'yes' : 'NO',
  ])
  const widths = HEAD.map((head, column) => Math.max(head.length, ...cells.map(row => row[column]!.length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  return [line(HEAD), line(widths.map(width => '─'.repeat(width))), ...cells.map(line)].join('\n')
}
