/** What a backend offers so that its own accounts can authenticate: the service `accounts`. JIDs are bare and prepared. */
export interface Accounts {
  /** The account, when `password` is right. Takes as long for an unknown account as for a wrong password. */
  verify(jid: string, password: string): Promise<Account | undefined>
  /**
   * Changes whenever the account's password, role or existence does, so that nobody remembers what has ended; undefined
   * for an account that does not exist. It is asked on every request of an account, so it must be cheap.
   */
  revision(jid: string): string | undefined
  /** The role of the account, without its password: for explanations. */
  role(jid: string): string | undefined
}

export interface Account {
  readonly jid: string
  /** `prosody:registered`, `prosody:member`, `prosody:admin`, `prosody:operator` */
  readonly role: string
}
