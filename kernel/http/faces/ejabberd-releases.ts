import { LATEST_VERSION, type Versions } from './ejabberd-types.js'

/** The API version of each release, by the first that has it (contracts/xmpp.md §3.1). */
const RELEASES: Versions<number> = [
  [0, 0],
  [2402, 1],
  [2406, 2],
  [2412, LATEST_VERSION],
]

/** `default_version` of the original: a version, a release (`23.10`), or `latest`; undefined for what is none of them. */
export function versionNamed(given: number | string): number | undefined {
  if (given === 'latest') return LATEST_VERSION
  const text = String(given)
  if (/^[0-3]$/.test(text)) return Number(text)
  // YAML reads 24.10 as the number 24.1; no release was made in a January, February or March but 02 and 03.
  const [, year, month] = /^(\d\d)\.(\d{1,2})(?:[.-].*)?$/.exec(text) ?? []
  if (year === undefined || month === undefined) return undefined
  const release = Number(year) * 100 + Number(typeof given === 'number' && month.length === 1 ? `${month}0` : month)
  return RELEASES.findLast(([since]) => since <= release)![1]
}
