import { invalidArgument } from 'patchbay'
import type { LastActivity } from '../backend.js'
import { checkText } from './checks.js'
import { type BackendCommand, servedJid } from './command.js'
import { binary, HOST, integer, RESCODE, tupleOf, USER } from './shapes.js'
import { momentText, secondText } from './times.js'

const TAGS = ['last']
/** Seconds since 1970 that a date can hold. */
const LATEST = 8_640_000_000_000

/** When accounts were last used (contracts/xmpp.md §3.6). */
export const LAST_COMMANDS: readonly BackendCommand[] = [
  {
    access: { permission: 'accounts.read' },
    reads: true,
    name: 'get_last',
    description: 'Tell when an account was last used',
    tags: TAGS,
    arguments: [USER, HOST],
    result: tupleOf('last_activity', 'timestamp', 'status'),
    async run(backend, { user, host }) {
      const jid = await servedJid(backend, user!, host!)
      return shown(jid === undefined ? undefined : await backend.accounts.lastActivity(jid))
    },
  },
  {
    access: { permission: 'accounts.write' },
    name: 'set_last',
    description: 'Set when an account was last used, in seconds since 1970; -1 is now',
    tags: TAGS,
    arguments: [USER, HOST, integer('timestamp'), binary('status')],
    result: RESCODE,
    async run(backend, { user, host, timestamp, status }) {
      const seconds = Number(timestamp)
      if (seconds < -1 || seconds > LATEST) throw invalidArgument('timestamp', 'no such time')
      const jid = await servedJid(backend, user!, host!)
      const at = seconds === -1 ? new Date() : new Date(seconds * 1000)
      const set = () => backend.accounts.setLastActivity(jid!, at, checkText('status', status!))
      return jid !== undefined && (await set()) === 'changed'
    },
  },
]

function shown(last: LastActivity | undefined): { timestamp: string; status: string } {
  if (!last) return { timestamp: momentText(new Date()), status: 'NOT FOUND' }
  if (last.state === 'online') return { timestamp: momentText(new Date()), status: 'ONLINE' }
  const status = last.state === 'never' ? "Registered but didn't login" : last.status
  return { timestamp: secondText(last.at), status }
}
