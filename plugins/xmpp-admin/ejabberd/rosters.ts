import { type Argument, EjabberdError, prepareDomain, type ResultType } from 'patchbay'
import type { RosterEntry, XmppBackend } from '../backend.js'
import { checkText } from './checks.js'
import { type BackendCommand, jidOf, knownJid, servedJid } from './command.js'
import { binaries, binary, HOST_OR_SERVER, listOf, RESCODE, tupleOf, USER } from './shapes.js'

const READ = { permission: 'roster.read' }
const WRITE = { permission: 'roster.write' }
const TAGS = ['roster']
const OWNER: readonly Argument[] = [binary('localuser'), binary('localhost', { formerly: ['localserver'] })]

/**
 * A contact once for each of its groups, as up to 23.04. Later releases show it once, without a new API version; whoever
 * asks for version 1 or later knows such a release.
 */
const CONTACTS: ResultType = [
  [0, listOf('contacts', tupleOf('contact', 'jid', 'nick', 'subscription', 'ask', 'group'))],
  [1, listOf('contacts', tupleOf('contact', 'jid', 'nick', 'subscription', 'pending', listOf('groups', 'group')))],
]

/** Rosters (contracts/xmpp.md §3.6). */
export const ROSTER_COMMANDS: readonly BackendCommand[] = [
  {
    access: READ,
    reads: true,
    name: 'get_roster',
    description: 'List the contacts of an account',
    tags: TAGS,
    policy: 'user',
    arguments: [USER, HOST_OR_SERVER],
    result: CONTACTS,
    async run(backend, { user, host }, { version }) {
      // Of nobody, and of a host that is not served, the original finds no contacts.
      if (user !== '' && jidOf(user!, 'localhost') === undefined) invalid('user', 'server')
      const jid = await knownJid(backend, user!, host!)
      const contacts = jid === undefined ? [] : await backend.rosters.get(jid)
      return version === 0 ? contacts.flatMap(inEachGroup) : contacts
    },
  },
  {
    access: WRITE,
    name: 'add_rosteritem',
    description: 'Add a contact to the roster of an account, or change it there; the contact itself is not told',
    tags: TAGS,
    arguments: [
      ...OWNER,
      USER,
      HOST_OR_SERVER,
      binary('nick'),
      binary('group', { until: 0 }),
      binaries('groups', 'group', { since: 1 }),
      binary('subs'),
    ],
    result: RESCODE,
    async run(backend, given) {
      const { nick, subs, group, groups } = given as Record<string, string> & { groups?: readonly string[] }
      const owner = await ownerOf(backend, given)
      const jid = contactOf(given['user']!, given['host']!)
      // As in a roster set: this subscription takes the contact out.
      if (subs === 'remove') return (await backend.rosters.delete(owner, jid)) === 'deleted'
      for (const each of [nick!, subs!, ...(groups ?? [group!])]) checkText('contact', each)
      const change = { jid, nick: nick!, subscription: subs!, groups: groups ?? namesOf(group!) }
      return (await backend.rosters.set(owner, change)) === 'stored'
    },
  },
  {
    access: WRITE,
    name: 'delete_rosteritem',
    description: 'Take a contact out of the roster of an account',
    tags: TAGS,
    arguments: [...OWNER, USER, HOST_OR_SERVER],
    result: RESCODE,
    async run(backend, given) {
      const owner = await ownerOf(backend, given)
      return (await backend.rosters.delete(owner, contactOf(given['user']!, given['host']!))) === 'deleted'
    },
  },
]

async function ownerOf(backend: XmppBackend, given: Readonly<Record<string, string>>): Promise<string> {
  const { localuser, localhost } = given
  return (await servedJid(backend, localuser!, localhost!)) ?? invalid('localuser', 'localserver')
}

/** A host alone can be a contact, too: that of a gateway. */
function contactOf(user: string, host: string): string {
  return (user === '' ? prepareDomain(host) : jidOf(user, host)) ?? invalid('user', 'server')
}

function invalid(user: string, host: string): never {
  throw new EjabberdError(400, `Invalid '${user}'/'${host}'`)
}

/** `a;b`; empty names at the end do not count. */
function namesOf(groups: string): string[] {
  const names = groups.replace(/;+$/, '')
  return names === '' ? [] : names.split(';')
}

function inEachGroup({ jid, nick, subscription, pending, groups }: RosterEntry): object[] {
  const ask = pending === 'out' || pending === 'both' ? 'subscribe' : 'undefined'
  return (groups.length > 0 ? groups : ['']).map(group => ({ jid, nick, subscription, ask, group }))
}
