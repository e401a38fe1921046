import type { Call } from 'patchbay'
import type { What } from './blocks.js'

/** Whether `what` grants the call: what it adds without what it removes, in whatever order (contracts/xmpp.md §3.4). */
export function covers(what: readonly What[] | undefined, call: Call): boolean {
  const named = what?.filter(each => names(each, call)) ?? []
  return named.length > 0 && named.every(({ negated }) => !negated)
}

/** Whether one entry speaks of the call, its `!` left aside. */
export function names({ kind, name }: What, { command, permission, tags }: Call): boolean {
  if (kind === 'every') return true
  if (kind === 'command') return name === command
  if (kind === 'tag') return tags?.includes(name) ?? false
  return name === permission || (name.endsWith(':*') && permission.startsWith(name.slice(0, -1)))
}

/** It adds nothing, or it takes everything away. */
export function grantsNothing(what: readonly What[] | undefined): boolean {
  return (
    what === undefined ||
    what.every(({ negated }) => negated) ||
    what.some(each => each.negated && each.kind === 'every')
  )
}
