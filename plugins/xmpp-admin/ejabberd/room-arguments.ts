import { type Argument, bareJid, EjabberdError, invalidArgument, prepareDomain, prepareLocal } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import type { Given } from './command.js'
import { binary } from './shapes.js'

/** The name of a room: `room` since 24.12, which came after the first version. */
const ROOM_NAME: readonly Argument[] = [
  binary('name', { until: 0 }),
  binary('room', { as: 'name', formerly: ['name'], since: 1 }),
]
export const SERVICE = binary('service')
/** Where the original still takes the name of old. */
export const SERVICE_OR_HOST = binary('service', { formerly: ['host'] })
export const ROOM: readonly Argument[] = [...ROOM_NAME, SERVICE]

export const refused = (why: string) => new EjabberdError(400, why)

/** The bare JID of a room by name and service; throws the original's refusals of what can be none. */
export async function roomOf(backend: XmppBackend, given: Given): Promise<string> {
  const name = prepareLocal(given['name']!)
  if (name === undefined) throw invalidArgument('name')
  const service = prepareDomain(given['service']!)
  if (service === undefined || !(await backend.rooms.services()).includes(service)) throw invalidArgument('service')
  return `${name}@${service}`
}

/** The same; undefined where the original only says that it does not know the room. */
export async function knownRoom(backend: XmppBackend, given: Given): Promise<string | undefined> {
  return roomOf(backend, given).catch(thrown => {
    if (thrown instanceof EjabberdError) return undefined
    throw thrown
  })
}

/** The service that is meant, undefined for `global`: all of them. */
export async function serviceOf(backend: XmppBackend, { service }: Given): Promise<string | undefined> {
  if (service === 'global') return undefined
  const prepared = prepareDomain(service!)
  if (prepared === undefined || !(await backend.rooms.services()).includes(prepared)) throw invalidArgument('service')
  return prepared
}

/** A bare JID that is given whole or, since version 3, as user and host. */
export function accountIn(given: Given, whole: string): string | undefined {
  const { user, host } = given
  return host === undefined ? bareJid(given[whole]!) : bareJid(`${user}@${host}`)
}
