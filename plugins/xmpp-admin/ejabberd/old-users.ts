import type { XmppBackend } from '../backend.js'
import { daysAgo } from './checks.js'
import { type BackendCommand, knownHost } from './command.js'
import { HOST, integer, RESTUPLE } from './shapes.js'

const ACCESS = { permission: 'accounts.write' }
const TAGS = ['accounts', 'purge']
/** Names in the answer; Erlang, too, ends a long list with three dots. */
const MOST_SHOWN = 1000

/** Removing accounts that nobody uses (contracts/xmpp.md §3.6). */
export const OLD_USER_COMMANDS: readonly BackendCommand[] = [
  {
    access: ACCESS,
    name: 'delete_old_users',
    description: 'Remove the accounts of all hosts that nobody has used for so many days',
    tags: TAGS,
    arguments: [integer('days')],
    result: RESTUPLE,
    run: async (backend, { days }) => deleteOld(backend, await backend.hosts(), Number(days)),
  },
  {
    access: ACCESS,
    name: 'delete_old_users_vhost',
    description: 'Remove the accounts of a host that nobody has used for so many days',
    tags: TAGS,
    arguments: [HOST, integer('days')],
    result: RESTUPLE,
    run: async (backend, { host, days }) => deleteOld(backend, await only(backend, host!), Number(days)),
  },
]

/** Where the host is not served, nobody is old: the original says so. */
async function only(backend: XmppBackend, given: string): Promise<string[]> {
  const host = await knownHost(backend, given)
  return host === undefined ? [] : [host]
}

async function deleteOld({ accounts }: XmppBackend, hosts: readonly string[], days: number): Promise<string> {
  const since = daysAgo(days)
  const shown: string[] = []
  let deleted = 0
  for (const host of hosts) {
    for await (const jid of accounts.idleSince(host, since)) {
      if ((await accounts.unregister(jid)) !== 'unregistered') continue
      deleted++
      if (shown.length < MOST_SHOWN) shown.push(tuple(jid))
    }
  }
  return `Deleted ${deleted} users: [${shown.join(',')}${deleted > shown.length ? '|...' : ''}]`
}

/** As Erlang writes the account: `{<<"zed">>,<<"localhost">>}`. */
function tuple(jid: string): string {
  const binary = (text: string) => (/^[ -~]*$/.test(text) ? `<<"${text}">>` : `<<"${text}"/utf8>>`)
  return `{${jid.split('@').map(binary).join(',')}}`
}
