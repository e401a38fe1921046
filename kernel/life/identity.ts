/** Who a caller turned out to be: plain data, since it is remembered across reloads. */
export interface Identity {
  /** `local` is the control socket, whose file rights are its credentials; `session` is one of Hermes. */
  readonly kind: 'operator' | 'account' | 'key' | 'token' | 'session' | 'local'
  /** As the audit log names the caller: an operator's name, a bare JID, the id of a key. Never a secret. */
  readonly name: string
  /** Bare and prepared (RFC 7622); undefined for keys and sessions. An operator's is that of the first host. */
  readonly jid?: string
  /** What a key or a token is limited to. */
  readonly scopes?: readonly string[]
  /** Hermes access level of an operator or a session: 1 limited_read, 2 full_read, 3 read_write (an administrator). */
  readonly level?: AccessLevel
  /** The role of an account at its backend, such as `prosody:admin`. */
  readonly role?: string
}

/** contracts/hermes.md §1.3 */
export type AccessLevel = 1 | 2 | 3

/** What a call asks for, as the permission engine sees it. */
export interface Call {
  /** `native`, or the name of one of the faces. */
  readonly face: string
  /** Full name, `plugin:permission`. */
  readonly permission: string
  /** The command as its face names it: `registered_users`, `session show`, `user/get`; a native route has none. */
  readonly command?: string | undefined
  /** ejabberd's tags of the command: `accounts`, `session`. */
  readonly tags?: readonly string[] | undefined
  /** The least level that a Hermes node asks for; 0 for those that need no session. */
  readonly level?: AccessLevel | 0 | undefined
  /** The scope that a VerneMQ key must have. */
  readonly scope?: string | undefined
  /** The caller's IP address, IPv4 without its IPv6 mapping. */
  readonly address: string
  /** `tag` of the listener. */
  readonly tag?: string | undefined
  /** The domains that the arguments speak of; empty when they name none. Asked only by rules that are limited to hosts. */
  hosts?(): readonly string[]
}

/** What a caller shows to prove who it is, as read from the wire and not yet believed. */
export type Credentials =
  | { readonly scheme: 'basic'; readonly name: string; readonly password: string }
  /** RFC 6750 */
  | { readonly scheme: 'bearer'; readonly token: string }
  /** A VerneMQ API key, from `x-api-key` or as the user name of Basic. */
  | { readonly scheme: 'key'; readonly key: string }
  /** Hermes: the parameter `session`, the cookie of that name, the parameter `auth_key`. */
  | { readonly scheme: 'session'; readonly session: string; readonly cookie: string; readonly authKey: string }

export interface Attempt {
  readonly face: string
  readonly address: string
  /** Under which a success is remembered for `recall`; undefined where nothing may be. */
  readonly authorization: string | undefined
  readonly credentials: Credentials
}

/** The contribution of `ctx.authenticate`: at most one is live. */
export interface Authenticator {
  /**
   * The identity verified a moment ago for this very header, without waiting; undefined when it has to be verified.
   * It is asked on every request, so it must be cheap. `connection` stays the same for all requests of one.
   */
  recall(face: string, authorization: string, connection: object): Identity | undefined
  /**
   * Gives undefined when the credentials are wrong. Without a promise where nothing has to be waited for, such as when so
   * many were wrong that nobody looks any more: a flood of them must cost little.
   */
  verify(attempt: Attempt): Identity | undefined | Promise<Identity | undefined>
  /** Forgets what was verified a moment ago: every caller is verified anew. */
  forgetAll?(): void
  /** Default deny: true only when a rule allows the call. */
  permits(identity: Identity | undefined, call: Call): boolean
  /** Why a call is permitted or not, rule by rule. */
  explain?(subject: Subject, call: Call): Explanation | Promise<Explanation>
}

/** Whom an explanation is about. Nobody has to prove anything for it. */
export interface Subject {
  /** `admin`, `john@localhost`; undefined for a caller without credentials. */
  readonly as?: string | undefined
  /** Makes it a token of `as`, or a key, with these scopes. */
  readonly scopes?: readonly string[] | undefined
}

export interface Explanation {
  readonly allowed: boolean
  /** Who was asked about, in words: `operator admin (admin@localhost)`. */
  readonly caller: string
  /** Every rule that was tried, in order; the last one is the one that allows, if any does. */
  readonly rules: readonly RuleTried[]
  /** The smallest change that would allow the call, as a sentence; undefined when it is allowed. */
  readonly change?: string
}

export interface RuleTried {
  readonly name: string
  readonly origin: 'configuration' | 'built in'
  readonly allows: boolean
  /** The part that did not match. */
  readonly part?: 'from' | 'who' | 'what'
  /** One sentence that names both sides: `who: acl "apicommands" has john@localhost, not admin@localhost`. */
  readonly because: string
}
