import { type Change, prepareResource } from 'patchbay'
import { inTurn } from '../accounts/books.js'
import type { Server } from '../server.js'
import { StanzaError } from '../stanza/error.js'
import { child, type Element, element, textOf } from '../xml/element.js'
import type { Asked } from './iq.js'
import { REGISTER } from './names.js'

/** Nicks that are an account's own in all rooms of a service. */
export interface Nicks {
  /** `service/account` to nick, as it is stored. */
  readonly byAccount: Map<string, string>
  /** `service/nick` to account. */
  readonly holders: Map<string, string>
}

export function newNicks(entries: Iterable<readonly [key: string, nick: string]>): Nicks {
  const byAccount = new Map(entries)
  const holders = new Map<string, string>()
  for (const [key, nick] of byAccount) holders.set(...holding(key, nick))
  return { byAccount, holders }
}

/** Whose nick it is in the rooms of a service. */
export function holderOf({ registry }: Server, service: string, nick: string): string | undefined {
  return registry.rooms.nicks.holders.get(`${service}/${nick}`)
}

/** Gives an account a nick of its own, in place of the one before; without one it has none. */
export function registerNick(
  server: Server,
  service: string,
  account: string,
  nick: string | undefined,
): Promise<'registered' | 'nick_taken'> {
  const { books, stores, rooms } = server.registry
  return inTurn(books, `nicks ${service}`, async () => {
    const key = `${service}/${account}`
    const holder = nick === undefined ? undefined : holderOf(server, service, nick)
    if (holder !== undefined && holder !== account) return 'nick_taken'
    await (nick === undefined ? stores.nicks.delete(key) : stores.nicks.put(key, nick))
    release(rooms.nicks, key)
    if (nick !== undefined) {
      rooms.nicks.byAccount.set(key, nick)
      rooms.nicks.holders.set(...holding(key, nick))
    }
    return 'registered'
  })
}

/** The changes that take away all nicks of an account. */
export function* nickChanges({ registry }: Server, services: Iterable<string>, account: string): Iterable<Change> {
  for (const service of services) {
    const key = `${service}/${account}`
    if (registry.rooms.nicks.byAccount.has(key)) yield { delete: key, in: registry.stores.nicks }
  }
}

export function releaseNicks({ registry }: Server, services: Iterable<string>, account: string): void {
  for (const service of services) release(registry.rooms.nicks, `${service}/${account}`)
}

/** XEP-0045 §7.10, for the whole service as ejabberd has it: `jabber:iq:register`. */
export function askedForNick({ server, service, session }: Asked): Element {
  const nick = server.registry.rooms.nicks.byAccount.get(`${service}/${session.account}`)
  return element(REGISTER, 'query', {}, [
    ...(nick === undefined ? [] : [element(REGISTER, 'registered')]),
    element(REGISTER, 'instructions', {}, ['Nobody else enters rooms of this service under your nick.']),
    element(REGISTER, 'nick', {}, nick === undefined ? [] : [nick]),
  ])
}

export async function askForNick({ server, service, session, payload }: Asked): Promise<undefined> {
  const given = child(payload, 'remove') ? undefined : textOf(child(payload, 'nick'))
  const nick = given === undefined ? undefined : prepareResource(given)
  if (given !== undefined && nick === undefined) throw new StanzaError('not-acceptable', 'That can be no nickname')
  if ((await registerNick(server, service, session.account, nick)) === 'nick_taken') {
    throw new StanzaError('conflict', 'That nickname is registered by another person')
  }
}

function release({ byAccount, holders }: Nicks, key: string): void {
  const nick = byAccount.get(key)
  if (nick === undefined) return
  byAccount.delete(key)
  holders.delete(holding(key, nick)[0])
}

function holding(key: string, nick: string): [key: string, account: string] {
  const slash = key.indexOf('/')
  return [`${key.slice(0, slash)}/${nick}`, key.slice(slash + 1)]
}
