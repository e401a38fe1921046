import { daysAgo } from './checks.js'
import { type BackendCommand, servedJid } from './command.js'
import { HOST_OR_SERVER, integer, listOf, RESCODE, tupleOf, USER } from './shapes.js'
import { secondText } from './times.js'

const READ = { permission: 'messages.read' }
const WRITE = { permission: 'messages.write' }
/** What one answer holds. */
const MOST_LISTED = 1000

/** Messages that wait for their readers (contracts/xmpp.md §3.6). */
export const OFFLINE_COMMANDS: readonly BackendCommand[] = [
  {
    access: READ,
    reads: true,
    name: 'get_offline_count',
    description: 'Count the messages that wait for an account',
    tags: ['offline'],
    policy: 'user',
    arguments: [USER, HOST_OR_SERVER],
    result: integer('value'),
    async run(backend, { user, host }) {
      const jid = await servedJid(backend, user!, host!)
      return jid === undefined ? 0 : backend.messages.offline.count(jid)
    },
  },
  {
    access: READ,
    reads: true,
    name: 'get_offline_messages',
    description: 'Show the messages that wait for an account, oldest first, a thousand at most',
    tags: ['offline'],
    policy: 'user',
    arguments: [USER, HOST_OR_SERVER],
    result: listOf('queue', tupleOf('messages', 'time', 'from', 'to', 'packet')),
    async run(backend, { user, host }) {
      const to = await servedJid(backend, user!, host!)
      const waiting = to === undefined ? [] : await backend.messages.offline.list(to, MOST_LISTED)
      return waiting.map(({ at, from, stanza: packet }) => ({ time: secondText(at), from, to, packet }))
    },
  },
  {
    access: WRITE,
    name: 'delete_expired_messages',
    description: 'Remove the waiting messages whose sender gave them an end that has passed',
    tags: ['purge'],
    arguments: [],
    result: RESCODE,
    async run(backend) {
      await backend.messages.offline.deleteExpired()
      return true
    },
  },
  {
    access: WRITE,
    name: 'delete_old_messages',
    description: 'Remove the messages that have waited for longer than so many days',
    tags: ['purge'],
    arguments: [integer('days')],
    result: RESCODE,
    async run(backend, { days }) {
      await backend.messages.offline.deleteOlder(daysAgo(Number(days)))
      return true
    },
  },
]
