/** RFC 6120 §6.5 */
export type SaslCondition =
  | 'aborted'
  | 'account-disabled'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'not-authorized'
  | 'temporary-auth-failure'

/** A login that is refused. */
export class SaslFailure extends Error {
  constructor(
    readonly condition: SaslCondition,
    text = '',
  ) {
    super(text)
  }
}
