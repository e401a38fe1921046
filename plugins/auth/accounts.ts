/** What a backend offers so that its own accounts can authenticate: the service `accounts`. */
export interface Accounts {
  /** Whether `password` is that of the account `jid` (bare, RFC 6122). Takes as long for an unknown account. */
  verify(jid: string, password: string): Promise<boolean>
}
