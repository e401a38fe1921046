import { readFile, stat } from 'node:fs/promises'
import { EjabberdError } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import { checkText } from './checks.js'
import { type BackendCommand, jidOf, servedHost, servedJid } from './command.js'
import { readTuples } from './erlang-terms.js'
import { binary, HOST, RESCODE, USER } from './shapes.js'

const ACCESS = { permission: 'roster.write' }
const TAGS = ['roster']
const FILE = binary('file')
const LARGEST_FILE = 1_048_576
/** Every account gets every other one: a million entries is enough. */
const MOST_TO_ALL = 1000

interface Contact {
  jid: string
  group: string
  nick: string
}

/** Writing rosters from a file of the server, or everybody into every roster (contracts/xmpp.md §3.6). */
export const ROSTER_PUSH_COMMANDS: readonly BackendCommand[] = [
  {
    access: ACCESS,
    name: 'push_roster',
    description: 'Put the contacts in a file of the server into the roster of an account',
    details:
      'The file holds an Erlang term: [{<<"bob">>, <<"example.org">>, <<"workers">>, <<"Bob">>}]. with user, host, group and nick.',
    tags: TAGS,
    arguments: [FILE, USER, HOST],
    result: RESCODE,
    async run(backend, { file, user, host }) {
      const contacts = await readContacts(file!)
      const jid = await servedJid(backend, user!, host!)
      return jid !== undefined && (await backend.accounts.exists(jid)) && push(backend, jid, contacts)
    },
  },
  {
    access: ACCESS,
    name: 'push_roster_all',
    description: 'Put the accounts in a file of the server into the rosters of each other',
    details: 'The file is that of push_roster.',
    tags: TAGS,
    arguments: [FILE],
    result: RESCODE,
    run: async (backend, { file }) => pushEach(backend, await readContacts(file!)),
  },
  {
    access: ACCESS,
    name: 'push_alltoall',
    description: 'Put all accounts of a host into the rosters of each other',
    details: `For up to ${MOST_TO_ALL} accounts; larger hosts are served by a group, which every member sees: srg_create.`,
    tags: TAGS,
    arguments: [HOST, binary('group')],
    result: RESCODE,
    async run(backend, { host: given, group }) {
      const host = await servedHost(backend, given!)
      checkText('group', group!)
      const { names, next } = await backend.accounts.page(host, MOST_TO_ALL)
      if (next !== undefined) throw tooMany()
      return pushEach(
        backend,
        names.map(name => ({ jid: `${name}@${host}`, group: group!, nick: name })),
      )
    },
  },
]

async function pushEach(backend: XmppBackend, contacts: readonly Contact[]): Promise<boolean> {
  if (contacts.length > MOST_TO_ALL) throw tooMany()
  let all = true
  for (const { jid } of contacts) all = (await push(backend, jid, contacts)) && all
  return all
}

/** Both see each other where the other side does the same; nobody is a contact of themselves. */
async function push(backend: XmppBackend, owner: string, contacts: readonly Contact[]): Promise<boolean> {
  for (const { jid, group, nick } of contacts) {
    if (jid === owner) continue
    const change = { jid, nick, subscription: 'both', groups: group === '' ? [] : [group] }
    if ((await backend.rosters.set(owner, change)) === 'unknown_account') return false
  }
  return true
}

async function readContacts(file: string): Promise<Contact[]> {
  const tuples = readTuples(await readText(file))
  if (!tuples) throw unreadable(file, 'it is no list of tuples of texts')
  return tuples.map(([user, host, group, nick, ...more]) => {
    const jid = user === undefined || host === undefined ? undefined : jidOf(user, host)
    if (jid === undefined || group === undefined || nick === undefined || more.length > 0) {
      throw unreadable(file, 'a contact is {<<"user">>, <<"host">>, <<"group">>, <<"nick">>}')
    }
    return { jid, group: checkText('group', group), nick: checkText('nick', nick) }
  })
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file)
    if (size <= LARGEST_FILE) return await readFile(file, 'utf8')
  } catch {
    throw unreadable(file, 'the server has no such file, or may not read it')
  }
  throw unreadable(file, `it is larger than ${LARGEST_FILE} bytes`)
}

function unreadable(file: string, why: string): EjabberdError {
  return new EjabberdError(400, `Cannot read "${file}": ${why}`)
}

function tooMany(): EjabberdError {
  return new EjabberdError(
    400,
    `More than ${MOST_TO_ALL} accounts, and no roster was touched: make a group (srg_create)`,
  )
}
