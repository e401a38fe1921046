/** Where a group is stored: host first, so that a host's groups are one range. Ids may have any characters. */
export function groupKey(host: string, id: string): string {
  // Never empty: what stands below a key begins after its slash.
  return `${host}/${encodeURIComponent(wellFormed(id)) || '%'}`
}

/** Everything below a group, a member or a host. */
export function below(key: string): { gt: string; lt: string } {
  return { gt: `${key}/`, lt: `${key}0` }
}

/** Halves of surrogates have no encoding. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}
