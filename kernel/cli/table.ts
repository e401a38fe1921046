/** Rows as aligned columns under a heading; columns without any content are left out. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = [...heading.keys()].filter(column => rows.some(row => row[column]))
  return aligned([heading, ...rows].map(row => columns.map(column => row[column] ?? '')))
}

/** Names and values, the values one under the other. Without a value there is no line; a list has a line for each entry. */
export function fields(pairs: readonly (readonly [name: string, value: string | readonly string[] | undefined])[]) {
  return aligned(
    pairs.flatMap(([name, value]) =>
      [value]
        .flat()
        .filter(each => each !== undefined && each !== '')
        .map((each, index) => [index === 0 ? name : '', each as string]),
    ),
  )
}

/** Rows with the cells of each column one under the other. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
