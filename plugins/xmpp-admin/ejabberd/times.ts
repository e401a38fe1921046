/** Of the moment, the original shows microseconds; of a stored time, seconds. */
export function momentText(at: Date): string {
  return at.toISOString().replace('Z', '000Z')
}

export function secondText(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z')
}
