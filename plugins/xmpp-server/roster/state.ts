import type { RosterRecord } from './record.js'
import { INBOUND, OUTBOUND, type State, type Step } from './transitions.js'

type Subscription = 'none' | 'to' | 'from' | 'both'

/** The subscription as clients know it: what only administrators can write is `none` to them. */
export function subscriptionOf({ subscription }: Pick<RosterRecord, 'subscription'>): Subscription {
  return subscription === 'to' || subscription === 'from' || subscription === 'both' ? subscription : 'none'
}

/** Pending requests that are settled already do not count. */
export function stateOf(record: RosterRecord | undefined): State {
  if (!record) return 'none'
  const subscription = subscriptionOf(record)
  const { pending } = record
  const out = pending === 'out' || pending === 'both'
  const asked = pending === 'in' || pending === 'both'
  switch (subscription) {
    case 'none':
      return pending === 'none' ? 'none' : `none+${pending}`
    case 'to':
      return asked ? 'to+in' : 'to'
    case 'from':
      return out ? 'from+out' : 'from'
    case 'both':
      return 'both'
  }
}

/** What is left of pending requests once the subscription is this one. */
export function stillPending(pending: RosterRecord['pending'], subscription: string): RosterRecord['pending'] {
  const known = subscriptionOf({ subscription })
  const out = (pending === 'out' || pending === 'both') && (known === 'none' || known === 'from')
  const asked = (pending === 'in' || pending === 'both') && (known === 'none' || known === 'to')
  if (out && asked) return 'both'
  if (out) return 'out'
  return asked ? 'in' : 'none'
}

/** Whether the owner lets the contact see its presence. */
export function shows(record: RosterRecord | undefined): boolean {
  return record !== undefined && (record.subscription === 'from' || record.subscription === 'both')
}

/** Whether the owner is shown the contact's presence. */
export function sees(record: RosterRecord | undefined): boolean {
  return record !== undefined && (record.subscription === 'to' || record.subscription === 'both')
}

/** The record after a step of the owner; the same one when nothing changes. */
export function afterOwn(record: RosterRecord | undefined, step: Step): RosterRecord | undefined {
  const before = stateOf(record)
  const state = OUTBOUND[step][before] ?? before
  return state === before ? record : inState(record, state, step === 'subscribe' || step === 'subscribed')
}

/** The record after a step of the contact; the same one when nothing changes. `request` is kept until it is answered. */
export function afterContacts(
  record: RosterRecord | undefined,
  step: Step,
  request?: string,
): RosterRecord | undefined {
  const before = stateOf(record)
  const state = INBOUND[step][before] ?? before
  return state === before ? record : inState(record, state, false, request)
}

/** Undefined when nothing is left to keep. */
function inState(
  before: RosterRecord | undefined,
  state: State,
  listed: boolean,
  request = before?.request,
): RosterRecord | undefined {
  const [subscription, pending = 'none'] = state.split('+') as [Subscription, RosterRecord['pending'] | undefined]
  const unlisted = !listed && (before === undefined || before.unlisted === true)
  if (unlisted && state === 'none') return undefined
  return {
    nick: before?.nick ?? '',
    subscription,
    pending,
    groups: before?.groups ?? [],
    ...(unlisted && { unlisted }),
    ...(request !== undefined && (pending === 'in' || pending === 'both') && { request }),
  }
}
