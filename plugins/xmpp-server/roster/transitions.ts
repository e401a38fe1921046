/** The states of a subscription (RFC 6121 A.1): what is settled, and after a plus what is pending. */
export type State = (typeof STATES)[number]
/** The types of presence that change a subscription. */
export type Step = 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed'
export type Transitions = Readonly<Record<Step, Readonly<Partial<Record<State, State>>>>>

export const STATES = ['none', 'none+out', 'none+in', 'none+both', 'to', 'to+in', 'from', 'from+out', 'both'] as const

/** What an account's own step changes (RFC 6121 A.2). A state that is left out stays. */
export const OUTBOUND: Transitions = {
  subscribe: { none: 'none+out', 'none+in': 'none+both', from: 'from+out' },
  unsubscribe: {
    'none+out': 'none',
    'none+both': 'none+in',
    to: 'none',
    'to+in': 'none+in',
    'from+out': 'from',
    both: 'from',
  },
  subscribed: { 'none+in': 'from', 'none+both': 'from+out', 'to+in': 'both' },
  unsubscribed: {
    'none+in': 'none',
    'none+both': 'none+out',
    'to+in': 'to',
    from: 'none',
    'from+out': 'none+out',
    both: 'to',
  },
}

/** What a contact's step changes (RFC 6121 A.3). It is delivered where it changes the state. */
export const INBOUND: Transitions = {
  subscribe: { none: 'none+in', 'none+out': 'none+both', to: 'to+in' },
  unsubscribe: {
    'none+in': 'none',
    'none+both': 'none+out',
    'to+in': 'to',
    from: 'none',
    'from+out': 'none+out',
    both: 'to',
  },
  subscribed: { 'none+out': 'to', 'none+both': 'to+in', 'from+out': 'both' },
  unsubscribed: {
    'none+out': 'none',
    'none+both': 'none+in',
    to: 'none',
    'to+in': 'none+in',
    'from+out': 'from',
    both: 'from',
  },
}

export function isStep(type: string | undefined): type is Step {
  return type !== undefined && Object.hasOwn(OUTBOUND, type)
}

/** Requests reach the contact whatever we think of the state, answers only when there is something to answer (RFC 6121 A.2). */
export function isRouted(step: Step, before: State, after: State): boolean {
  return step === 'subscribe' || step === 'unsubscribe' || before !== after
}
