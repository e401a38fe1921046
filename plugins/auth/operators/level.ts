import type { AccessLevel, Identity } from 'patchbay'

/** Hermes' names of its levels (contracts/hermes.md §1.3). */
export const ACCESS_LEVELS = { limited_read: 1, full_read: 2, read_write: 3 } as const satisfies Record<
  string,
  AccessLevel
>

export type AccessName = keyof typeof ACCESS_LEVELS

/** The tag that gives each level. EMQ's own `admin` is the same as `administrator`. */
const TAGS: readonly (readonly [tag: string, level: AccessLevel])[] = [
  ['administrator', 3],
  ['admin', 3],
  ['full_read', 2],
  ['limited_read', 1],
]

/** The level that tags give; EMQ's are one text, read as words. Undefined for all others: full on the EMQ face only. */
export function levelOf(tags: string): AccessLevel | undefined {
  const words = tags.split(/[\s,]+/)
  return TAGS.find(([tag]) => words.includes(tag))?.[1]
}

/** What `auth/authorize_user` makes of the tags. */
export function tagOf(access: AccessName): string {
  return TAGS.find(([, level]) => level === ACCESS_LEVELS[access])![0]
}

export function accessOf(level: AccessLevel | undefined): AccessName | undefined {
  const names = Object.keys(ACCESS_LEVELS) as AccessName[]
  return names.find(name => ACCESS_LEVELS[name] === level)
}

export function isAccess(text: string | undefined): text is AccessName {
  return text !== undefined && Object.hasOwn(ACCESS_LEVELS, text)
}

/** Nobody grants above his own level, nor touches who is above it. The control socket may do everything. */
export function reachOf(identity: Identity | undefined): AccessLevel | 0 {
  return identity?.kind === 'local' ? 3 : (identity?.level ?? 0)
}
