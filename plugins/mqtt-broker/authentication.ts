import { isIP } from 'node:net'
import type { AuthenticateError, Client } from 'aedes'

/** The service `mqtt-accounts`: who may connect with which password. */
export interface MqttAccounts {
  verify(username: string, password: string): Promise<boolean>
}

export type AuthenticateClient = (
  client: Client,
  username: string | undefined,
  password: Buffer | undefined,
  done: (error: AuthenticateError | null, success: boolean) => void,
) => void

/** CONNACK return codes (MQTT 3.1.1 §3.2.2.3). */
const BAD_USER_NAME_OR_PASSWORD = 4
const NOT_AUTHORIZED = 5

/** Anonymous clients as configured; everybody else by the running account service, and nobody without one. */
export function authenticateClient(
  anonymous: 'loopback' | 'always' | 'never',
  boundTo: string,
  accounts: () => MqttAccounts,
): AuthenticateClient {
  const open = anonymous === 'always' || (anonymous === 'loopback' && isLoopback(boundTo))
  return (_client, username, password, done) => {
    if (open) return done(null, true)
    if (username === undefined) return done(refusal(NOT_AUTHORIZED), false)
    verify(accounts, username, password).then(
      right => (right ? done(null, true) : done(refusal(BAD_USER_NAME_OR_PASSWORD), false)),
      () => done(refusal(BAD_USER_NAME_OR_PASSWORD), false),
    )
  }
}

async function verify(accounts: () => MqttAccounts, username: string, password: Buffer | undefined): Promise<boolean> {
  return accounts().verify(username, password?.toString('utf8') ?? '')
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}

function refusal(returnCode: number): AuthenticateError {
  return Object.assign(new Error('refused'), { returnCode }) as AuthenticateError
}
