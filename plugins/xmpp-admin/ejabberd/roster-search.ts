import { setImmediate } from 'node:timers/promises'
import { EjabberdError, glob, invalidArgument, type Pattern, reason } from 'patchbay'
import type { RosterEntry, XmppBackend } from '../backend.js'
import type { BackendCommand, Given } from './command.js'
import { listOf, text, tupleOf } from './shapes.js'

const SUBSCRIPTIONS = ['none', 'from', 'to', 'both']
const ASKS = ['none', 'out', 'in']
/** Entries that one call lists or deletes. */
const MOST_FOUND = 100_000
/** Entries looked at in one turn. */
const BLOCK = 1000

/** Finding contacts in all rosters, and taking them out (contracts/xmpp.md §3.6). */
export const ROSTER_SEARCH_COMMANDS: readonly BackendCommand[] = [
  {
    access: { permission: 'roster.write' },
    name: 'process_rosteritems',
    description: 'List or delete the contacts of all rosters that match',
    details:
      'action: list or delete. subs: any, or none, from, to, both. asks: any, or none, out, in. users and contacts: any, or ' +
      'JIDs with *, ?, [a-z] and [!a-z] on either side of the @; a pattern without @ means hosts. Several of each are ' +
      'separated by colons.',
    tags: ['roster'],
    arguments: ['action', 'subs', 'asks', 'users', 'contacts'].map(text),
    result: listOf('response', tupleOf('pairs', 'user', 'contact')),
    async run(backend, given) {
      const { action } = given
      if (action !== 'list' && action !== 'delete') throw invalidArgument('action', 'list or delete')
      const found = await find(backend, conditionsOf(given))
      if (action === 'delete') for (const { user, contact } of found) await backend.rosters.delete(user, contact)
      return found
    },
  },
]

type Condition = (owner: string, entry: RosterEntry) => boolean

async function find(backend: XmppBackend, matches: Condition): Promise<{ user: string; contact: string }[]> {
  const found: { user: string; contact: string }[] = []
  let seen = 0
  for await (const { owner, entry } of backend.rosters.all()) {
    if (++seen % BLOCK === 0) await setImmediate()
    if (!matches(owner, entry)) continue
    if (found.length === MOST_FOUND) {
      throw new EjabberdError(400, `More than ${MOST_FOUND} contacts match, and none was touched: ask for fewer`)
    }
    found.push({ user: owner, contact: entry.jid })
  }
  return found
}

function conditionsOf({ subs, asks, users, contacts }: Given): Condition {
  const wantedSubs = wordsOf('subs', subs!, SUBSCRIPTIONS)
  const wantedAsks = wordsOf('asks', asks!, ASKS)
  const isUser = jidsOf('users', users!)
  const isContact = jidsOf('contacts', contacts!)
  return (owner, { jid, subscription, pending }) =>
    wantedSubs.has(subscription) &&
    (wantedAsks.has(pending) || (pending === 'both' && (wantedAsks.has('in') || wantedAsks.has('out')))) &&
    isUser(owner) &&
    isContact(jid)
}

function wordsOf(name: string, given: string, known: readonly string[]): ReadonlySet<string> {
  const words = given.split(':').filter(word => word !== '')
  if (words.includes('any')) return new Set(known)
  if (words.length === 0 || !words.every(word => known.includes(word)))
    throw invalidArgument(name, `any, ${known.join(', ')}`)
  return new Set(words)
}

function jidsOf(name: string, given: string): (jid: string) => boolean {
  const patterns = given.split(':').filter(word => word !== '')
  if (patterns.length === 0) throw invalidArgument(name, 'any, or patterns of JIDs')
  if (patterns.includes('any')) return () => true
  const compiled = patterns.map(pattern =>
    partsOf(pattern).map(part => (part === undefined ? undefined : compile(name, part))),
  )
  return jid => {
    const [local, host] = partsOf(jid)
    return compiled.some(([user, server]) => {
      const sameUser = user === undefined || local === undefined ? user === local : user.test(local)
      return sameUser && server!.test(host)
    })
  }
}

function partsOf(jid: string): [local: string | undefined, host: string] {
  const at = jid.indexOf('@')
  return at < 0 ? [undefined, jid] : [jid.slice(0, at), jid.slice(at + 1)]
}

function compile(name: string, pattern: string): Pattern {
  try {
    return glob(pattern)
  } catch (thrown) {
    throw invalidArgument(name, reason(thrown))
  }
}
