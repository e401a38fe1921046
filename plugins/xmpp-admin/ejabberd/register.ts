import { EjabberdError } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import { jidOf, servedHost } from './command.js'

/** Makes an account; what is said of it and of every refusal is the original's (contracts/xmpp.md §3.3). */
export async function register(
  backend: XmppBackend,
  user: string,
  host: string,
  password: string,
  node: string,
): Promise<string> {
  const failed = (why: string) => new EjabberdError(500, why, 10001)
  const refused = (why: string) => failed(`Can't register user ${user}@${host} at node ${node}: ${why}`)
  const badPassword = () => refused('The password contains unacceptable characters')
  await servedHost(backend, host).catch(thrown => {
    throw thrown instanceof EjabberdError ? failed(thrown.message) : thrown
  })
  if (password === '') throw badPassword()
  const jid = jidOf(user, host)
  if (jid === undefined) throw refused('Malformed username')
  const outcome = await backend.accounts.register(jid, password)
  switch (outcome) {
    case 'registered':
      return `User ${user}@${host} successfully registered`
    case 'exists':
      throw new EjabberdError(409, `User ${user}@${host} already registered`, 10090)
    case 'invalid_password':
      throw badPassword()
    case 'unknown_host':
      throw failed('Unknown virtual host')
  }
}
