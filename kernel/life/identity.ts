/** Who a caller turned out to be. */
export interface Identity {
  /** `local` is the control socket, whose file rights are its credentials. */
  readonly kind: 'operator' | 'account' | 'key' | 'token' | 'session' | 'local'
  readonly name: string
  /** What a key or a token is limited to. */
  readonly scopes?: readonly string[]
}

/** What a call asks for, as the permission engine sees it. */
export interface Call {
  /** `native`, or the name of one of the five faces. */
  readonly face: string
  /** Full name, `plugin:permission`. */
  readonly permission: string
  /** The caller's IP address. */
  readonly address: string
}

/** The contribution of `ctx.authenticate`: at most one is live. */
export interface Authenticator {
  /**
   * The identity verified a moment ago for this very header, without waiting; undefined when it has to be verified.
   * It is asked on every request, so it must be cheap.
   */
  recall(face: string, authorization: string): Identity | undefined
  /** Checks a name and password. Resolves to undefined when they are wrong; `authorization` keys the cache. */
  verify(face: string, authorization: string, name: string, password: string): Promise<Identity | undefined>
  /** Default deny: true only when a rule allows the call. */
  permits(identity: Identity | undefined, call: Call): boolean
}
