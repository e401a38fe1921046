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

/** Of one name, from where it is tried now. */
export function tooManyFailures(): SaslFailure {
  return new SaslFailure('temporary-auth-failure', 'too many logins of this name were wrong; try again in a minute')
}
