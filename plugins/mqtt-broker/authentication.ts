import { isIP } from 'node:net'
import type { AuthenticateError, Client } from 'aedes'
import { type Connection, connectionOf } from './connection.js'
import type { Guard } from './guard.js'

export type AuthenticateClient = (
  client: Client,
  username: string | undefined,
  password: Buffer | undefined,
  done: (error: AuthenticateError | null, success: boolean) => void,
) => void

const SERVER_UNAVAILABLE = 3

/** As the guard decides. */
export function authenticateClient(
  anonymous: 'loopback' | 'always' | 'never',
  boundTo: string,
  guard: () => Guard,
): AuthenticateClient {
  const open = anonymous === 'always' || (anonymous === 'loopback' && isLoopback(boundTo))
  return async (client, username, password, done) => {
    try {
      const connection = connectionOf(client.conn) ?? plainConnection(client, open)
      const asked = {
        clientId: client.id,
        username: username ?? undefined,
        password: password ?? undefined,
        connection,
      }
      const admission = await guard().admit(asked)
      if (admission.admitted) done(null, true)
      else done(refusal(admission.returnCode, admission.reason), false)
    } catch {
      done(refusal(SERVER_UNAVAILABLE, 'the broker could not check it'), false)
    }
  }
}

function plainConnection(client: Client, anonymous: boolean): Connection {
  const { remoteAddress = '' } = client.conn as { remoteAddress?: string }
  const address = remoteAddress.startsWith('::ffff:') ? remoteAddress.slice(7) : remoteAddress
  return { address, anonymous, identity: undefined } as Connection
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}

function refusal(returnCode: number, reason: string): AuthenticateError {
  return Object.assign(new Error(reason), { returnCode }) as AuthenticateError
}
