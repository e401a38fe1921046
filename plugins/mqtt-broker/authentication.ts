import type { Guard } from './guard.js'

/** The service `mqtt-accounts`: who may connect with which password. */
export interface MqttAccounts {
  verify(username: string, password: string): Promise<boolean>
}

/** Anonymous clients where the listener lets them in; everybody else by the running account service, and nobody without one. */
export function accountGuard(accounts: () => MqttAccounts): Guard {
  return {
    admit({ username, password, connection }) {
      if (connection.anonymous) return { admitted: true, username }
      if (username === undefined) return { admitted: false, returnCode: 5, reason: 'not authorized' }
      return verify(accounts, username, password).then(
        right => (right ? { admitted: true, username } : WRONG),
        () => WRONG,
      )
    },
    mayPublish: () => true,
    maySubscribe: () => true,
  }
}

const WRONG = { admitted: false, returnCode: 4, reason: 'bad user name or password' } as const

async function verify(accounts: () => MqttAccounts, username: string, password: Buffer | undefined): Promise<boolean> {
  return accounts().verify(username, password?.toString('utf8') ?? '')
}
