import { KernelError } from 'patchbay'
import type { AccountRecord } from '../accounts/record.js'
import type { Server } from '../server.js'
import { SaslFailure, tooManyFailures } from './failure.js'
import { accountNamed, checkAuthorization } from './identity.js'
import type { Mechanism } from './mechanism.js'

/** RFC 4616 */
export const plain: Mechanism = {
  name: 'PLAIN',
  shows: true,
  async begin(server, { domain, address }, message) {
    const [authorization, name, password, ...more] = message.split('\0')
    if (authorization === undefined || !name || !password || more.length > 0) throw new SaslFailure('malformed-request')
    const { accounts, logins } = server
    const account = accountNamed(name, domain)
    checkAuthorization(authorization, account)
    if (logins.defence.refuses(account, address)) throw tooManyFailures()
    const record = await check(server, account, password, address)
    const now = accounts.find(account)
    // Whoever changed the account meanwhile was answered before us.
    if (!record || record.revision !== now?.revision || accounts.reserved(account)) {
      await logins.defence.failed(account, address)
      throw new SaslFailure('not-authorized')
    }
    logins.defence.succeeded(account, address)
    return { account }
  },
}

async function check(
  { accounts, logins }: Server,
  account: string,
  password: string,
  address: string,
): Promise<AccountRecord | undefined> {
  const checked = await logins.turns
    .take({ address, name: account }, async () => ({ record: await accounts.check(account, password) }))
    .catch((thrown: unknown) => {
      if (thrown instanceof KernelError && thrown.code === 'busy') return undefined
      throw thrown
    })
  if (!checked) throw new SaslFailure('temporary-auth-failure', 'too many passwords are being checked at once')
  return checked.record
}
