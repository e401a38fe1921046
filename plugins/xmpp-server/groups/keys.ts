/** Where a group is stored: host first, so that a host's groups are one range. Ids may have any characters. */
export function groupKey(host: string, id: string): string {
  return `${host}/${encodeURIComponent(id.toWellFormed())}`
}

export function groupOf(key: string): { host: string; id: string } {
  const slash = key.indexOf('/')
  return { host: key.slice(0, slash), id: decodeURIComponent(key.slice(slash + 1)) }
}

/** Everything below a group, a member or a host. */
export function below(key: string): { gt: string; lt: string } {
  return { gt: `${key}/`, lt: `${key}0` }
}
