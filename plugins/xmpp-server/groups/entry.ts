import type { RosterRecord } from '../roster/record.js'
import type { Sharing } from './record.js'

type Bits = { to: boolean; from: boolean }

/**
 * A contact's entry with what groups give it now instead of what they gave before; undefined where nothing is left. What
 * the owner and the contact have agreed on themselves, and what the owner has written, stays as it is.
 */
export function withSharing(before: RosterRecord | undefined, sharing: Sharing | undefined): RosterRecord | undefined {
  const own = withoutShared(before)
  if (!sharing) return own
  const bits = bitsOf(own)
  const labels = [...sharing.labels].filter(label => !own?.groups.includes(label))
  const { unlisted, ...listed } = own ?? { nick: '', pending: 'none' as const, groups: [], unlisted: undefined }
  return {
    ...listed,
    subscription: subscriptionOf({ to: bits.to || sharing.to, from: bits.from || sharing.from }),
    groups: [...listed.groups, ...labels],
    shared: {
      to: sharing.to && !bits.to,
      from: sharing.from && !bits.from,
      labels,
      before: own === undefined ? 'none' : unlisted ? 'unlisted' : 'listed',
    },
  }
}

/** The entry as it would be without groups. */
function withoutShared(record: RosterRecord | undefined): RosterRecord | undefined {
  if (!record?.shared) return record
  const { shared, ...rest } = record
  const { to, from } = bitsOf(record)
  const bits = { to: to && !shared.to, from: from && !shared.from }
  const groups = record.groups.filter(group => !shared.labels.includes(group))
  const bare = !bits.to && !bits.from && groups.length === 0 && record.nick === ''
  if (bare && record.pending === 'none' && shared.before !== 'listed') return undefined
  return {
    ...rest,
    subscription: subscriptionOf(bits),
    groups,
    // Said, since what is left out stays as it is.
    shared: undefined,
    ...(bare && shared.before === 'unlisted' && { unlisted: true as const }),
  }
}

function bitsOf(record: Pick<RosterRecord, 'subscription'> | undefined): Bits {
  const subscription = record?.subscription
  const both = subscription === 'both'
  return { to: both || subscription === 'to', from: both || subscription === 'from' }
}

function subscriptionOf({ to, from }: Bits): string {
  if (to) return from ? 'both' : 'to'
  return from ? 'from' : 'none'
}
