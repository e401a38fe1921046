/** Where a group is stored: host first, so that a host's groups are one range. Ids may have any characters. */
export function groupKey(host: string, id: string): string {
  // Never empty: what stands below a key begins after its slash.
  return `${host}/${encodeURIComponent(wellFormed(id)) || '%'}`
}

/** Halves of surrogates have no encoding. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}
