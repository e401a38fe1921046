/** Decoded before it is split: `%2F` in a name splits the path, `%40` and `@` are equal. A stray percent sign stands for itself. */
export function segmentsOf(path: string): (string | undefined)[] {
  const decoded = path.includes('%') ? decode(path) : path
  return decoded
    .split('/')
    .slice(1)
    .map(segment => segment || undefined)
}

function decode(path: string): string {
  return path.replace(/(%[0-9a-f]{2})+/gi, encoded => Buffer.from(encoded.replaceAll('%', ''), 'hex').toString('utf8'))
}
