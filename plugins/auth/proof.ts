import type { Attempt, Credentials, Identity } from 'patchbay'

/** Credentials that were right. */
export interface Proof {
  readonly identity: Identity
  /** Whose change or removal ends it: `operator:admin`, `account:john@localhost`, `key:3f2a`, `token:9c…`. */
  readonly owner: string
  /** Epoch milliseconds after which it no longer holds; undefined where only a change ends it. */
  readonly until?: number | undefined
  /** Of the account, as its backend tells it. */
  readonly revision?: string | undefined
}

/** Checks credentials of one scheme; undefined when they are wrong. */
export type Verifier<S extends Credentials['scheme']> = (
  credentials: Extract<Credentials, { scheme: S }>,
  attempt: Pick<Attempt, 'face' | 'address'>,
) => Proof | undefined | Promise<Proof | undefined>

/**
 * A name and password from a form instead of a header: an operator, or an account where the name is a JID. Slowed and
 * refused like any other login.
 */
export type Login = (face: string, address: string, name: string, password: string) => Promise<Identity | undefined>

/** Ends everything that is remembered of an owner at once: cached credentials, sessions, tokens. Resolves once that is stored. */
export type Forget = (owner: string) => void | Promise<void>
