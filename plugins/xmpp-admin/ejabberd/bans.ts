import { checkText } from './checks.js'
import { type BackendCommand, jidOf, servedJid } from './command.js'
import { binary, HOST, listOf, RESCODE, tupleOf, USER } from './shapes.js'
import { momentText, secondText } from './times.js'

const WRITE = { permission: 'accounts.write' }
const TAGS = ['accounts']

/** Bans (contracts/xmpp.md §3.6). One is a ban in every version of the API: no password is thrown away. */
export const BAN_COMMANDS: readonly BackendCommand[] = [
  {
    access: WRITE,
    name: 'ban_account',
    description: 'Close an account: its sessions end, and nobody logs in to it until it is unbanned',
    tags: TAGS,
    arguments: [USER, HOST, binary('reason')],
    result: RESCODE,
    async run(backend, { user, host, reason }, { caller, version }) {
      const jid = jidOf(user!, host!)
      const known = jid !== undefined && !(await backend.accounts.banOf(jid))
      const banned = known && (await backend.accounts.ban(jid, checkText('reason', reason!), caller)) === 'banned'
      // Before the second version, the original said that it was done whatever it was.
      return banned || version < 2
    },
  },
  {
    access: WRITE,
    name: 'unban_account',
    description: 'Open a banned account again, with the password it had',
    tags: TAGS,
    arguments: [USER, HOST],
    result: RESCODE,
    async run(backend, { user, host }) {
      const jid = jidOf(user!, host!)
      return jid !== undefined && (await backend.accounts.unban(jid)) === 'unbanned'
    },
  },
  {
    access: { permission: 'accounts.read' },
    reads: true,
    name: 'get_ban_details',
    description: 'Tell why and since when an account is banned; nothing where it is not',
    tags: TAGS,
    arguments: [USER, HOST],
    result: listOf('ban_details', tupleOf('detail', 'name', 'value')),
    async run(backend, { user, host }) {
      const jid = await servedJid(backend, user!, host!)
      const ban = jid === undefined ? undefined : await backend.accounts.banOf(jid)
      if (!ban) return []
      const last = await backend.accounts.lastActivity(jid!)
      return [
        { name: 'reason', value: ban.reason },
        { name: 'bandate', value: momentText(ban.at) },
        ...(last
          ? [
              { name: 'lastdate', value: secondText(last.at) },
              { name: 'lastreason', value: last.status },
            ]
          : []),
      ]
    },
  },
]
