const COLUMNS = 80

/** `text` in lines of at most 80 columns where its words allow it; `first` begins the first line, `rest` the others. */
export function wrapped(text: string, first = '', rest = ' '.repeat(first.length)): string {
  const lines: string[] = []
  let line = first
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const bare = line === first || line === rest
    if (!bare && line.length + 1 + word.length > COLUMNS) {
      lines.push(line)
      line = rest + word
    } else line += bare ? word : ` ${word}`
  }
  return [...lines, line].join('\n')
}
