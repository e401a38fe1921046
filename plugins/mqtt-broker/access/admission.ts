import { isUtf8 } from 'node:buffer'
import { KernelError } from 'patchbay'
import type { Admission, Asked } from '../guard.js'
import type { BanList } from './bans/bans.js'
import type { Passwords } from './users/passwords.js'
import type { Users } from './users/users.js'

/** The service `mqtt-accounts`: other plugins' word on who may connect with which password. */
export interface MqttAccounts {
  verify(username: string, password: string): Promise<boolean>
}

export interface AdmissionParts {
  users: Users
  passwords: Passwords
  bans: BanList
  /** Throws `no_backend` when nobody offers them. */
  accounts: () => MqttAccounts
}

/** CONNACK return codes (MQTT 3.1.1 §3.2.2.3). */
const SERVER_UNAVAILABLE = 3
const BAD_USER_NAME_OR_PASSWORD = 4
const NOT_AUTHORIZED = 5

const refused = (returnCode: 3 | 4 | 5, reason: string): Admission => ({ admitted: false, returnCode, reason })
const proven = (username: string): Admission => ({ admitted: true, username, authenticated: true })
const WRONG = refused(BAD_USER_NAME_OR_PASSWORD, 'bad user name or password')

/**
 * Lets a client in, or says why not. A known name needs its password everywhere. A name that nobody knows passes where
 * anonymous clients do, as a name that proves nothing.
 */
export async function admit(parts: AdmissionParts, asked: Asked): Promise<Admission> {
  const objection = banned(parts, asked)
  if (objection) return objection
  const admission = await identified(parts, asked)
  // A ban that came while the password was being checked did not find this client connected.
  return (admission.admitted && banned(parts, asked)) || admission
}

function banned({ bans }: AdmissionParts, { clientId, username, connection }: Asked): Admission | undefined {
  const { address, identity } = connection
  const names = [username, identity].filter(name => name !== undefined)
  const ban =
    bans.find({ clientId, username: undefined, address }) ??
    names.map(name => bans.find({ clientId, username: name, address })).find(Boolean)
  return ban && refused(NOT_AUTHORIZED, ban.reason === undefined ? 'banned' : `banned: ${ban.reason}`)
}

async function identified(parts: AdmissionParts, asked: Asked): Promise<Admission> {
  const { username, connection } = asked
  const { users } = parts
  if (connection.identity !== undefined) {
    const { identity } = connection
    return users.stored(identity)?.disabled ? refused(NOT_AUTHORIZED, 'user disabled') : proven(identity)
  }
  if (username === undefined || username === '') {
    if (!connection.anonymous) return refused(NOT_AUTHORIZED, 'no user name')
    return { admitted: true, username: undefined, authenticated: false }
  }
  const password = textOf(asked.password)
  if (users.stored(username)) return ownUser(parts, asked, username, password)
  const word = await otherWord(parts, username, password)
  if (word === true) return proven(username)
  if (word === undefined && connection.anonymous) return { admitted: true, username, authenticated: false }
  return ownUser(parts, asked, username, password)
}

async function ownUser(
  { users, passwords }: AdmissionParts,
  { connection }: Asked,
  name: string,
  password: string,
): Promise<Admission> {
  const verdict = await passwords.check({ name, password, address: connection.address }, () => users.stored(name))
  switch (verdict) {
    case 'right':
      return proven(name)
    case 'wrong':
      return WRONG
    case 'busy':
      return refused(SERVER_UNAVAILABLE, 'too many passwords are being checked')
    case 'refused':
      return refused(SERVER_UNAVAILABLE, 'too many wrong passwords of this name from this address')
  }
}

/** What the accounts of other plugins say; undefined when there are none. A failing plugin lets nobody in. */
async function otherWord(parts: AdmissionParts, name: string, password: string): Promise<boolean | undefined> {
  try {
    return await parts.accounts().verify(name, password)
  } catch (thrown) {
    return thrown instanceof KernelError && thrown.code === 'no_backend' ? undefined : false
  }
}

/** Empty, which no user's is, for bytes that are no text: two passwords must not become the same by it. */
function textOf(password: Buffer | undefined): string {
  return password && isUtf8(password) ? password.toString('utf8') : ''
}
