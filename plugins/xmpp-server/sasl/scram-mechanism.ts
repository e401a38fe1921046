import { randomBytes } from 'node:crypto'
import { SaslFailure, tooManyFailures } from './failure.js'
import { accountNamed, checkAuthorization } from './identity.js'
import type { Mechanism } from './mechanism.js'
import { checkClientFinal, parseClientFirst, scramChallenge } from './scram.js'

const NAMES = { sha1: 'SCRAM-SHA-1', sha256: 'SCRAM-SHA-256' } as const
const NONCE_BYTES = 18

/** RFC 5802, RFC 7677. The derivation of the key is the client's work: a login costs the server a few digests. */
export function scramWith(digest: keyof typeof NAMES): Mechanism {
  return {
    name: NAMES[digest],
    shows: false,
    begin({ accounts, logins }, { domain, address }, message) {
      const first = parseClientFirst(message)
      const account = accountNamed(first.name, domain)
      checkAuthorization(first.authorization, account)
      if (logins.defence.refuses(account, address)) throw tooManyFailures()
      const keys = accounts.reserved(account) ? undefined : accounts.keys(account)
      const key = keys?.[digest] ?? logins.decoy(account, digest)
      const { challenge, start } = scramChallenge(first, account, key, randomBytes(NONCE_BYTES).toString('base64'))
      return { challenge, scram: start }
    },
    async proceed({ accounts, logins }, { address }, message, start) {
      const { account } = start
      // As they are now: keys that were replaced meanwhile prove nothing.
      const keys = accounts.reserved(account) ? undefined : accounts.keys(account)
      const signature = checkClientFinal(message, start, keys?.[digest] ?? logins.decoy(account, digest), digest)
      if (!keys || signature === undefined) {
        await logins.defence.failed(account, address)
        throw new SaslFailure('not-authorized')
      }
      logins.defence.succeeded(account, address)
      return { account, told: `v=${signature}` }
    },
  }
}
