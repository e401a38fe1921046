import type { HermesReply, PluginContext } from 'patchbay'
import { ACCESS_LEVELS, accessOf, isAccess, levelOf, tagOf } from '../operators/level.js'
import type { Operators, Outcome } from '../operators/operators.js'
import { failed, invalid, stored } from './reply.js'

/** contracts/hermes.md §1.4 */
const REFUSALS: Readonly<Record<Exclude<Outcome, 'done'>, HermesReply>> = {
  exists: failed('exists', 'there is a user of this name'),
  unknown: failed('nonexistant', 'there is no user of this name'),
  wrong: failed('error', 'the password is wrong'),
  last: failed('error', 'this is the last user with read_write access; give it to somebody else first'),
  malformed: invalid('a username has at most 255 characters, no control characters and no colon'),
  forbidden: failed('unauthorized', 'nobody grants access above his own'),
}

const READ = { permission: 'operators.read' }
const WRITE = { permission: 'operators.write' }

/** Hermes' users are the operators: `auth/add_user` and its kin (contracts/hermes.md §1.4). */
export function contributeHermesUsers(ctx: PluginContext<unknown>, operators: Operators): void {
  const answer = (outcome: Outcome, reply: HermesReply): HermesReply => (outcome === 'done' ? reply : REFUSALS[outcome])

  ctx.command('hermes', { access: READ, node: 'auth/list_users', level: 'full_read' }, () => ({
    list: operators.list.map(({ name, tags }) => ({ user: name, access: accessOf(levelOf(tags)) ?? '' })),
  }))

  ctx.command(
    'hermes',
    { access: WRITE, node: 'auth/add_user', level: 'read_write', required: ['username', 'password'] },
    ({ parameters, identity }) =>
      stored('dbfail', async () => {
        const { username = '', password = '' } = parameters
        const outcome = await operators.add(username, password, tagOf('limited_read'), identity)
        return answer(outcome, { user: username, access: 'limited_read' })
      }),
  )

  ctx.command(
    'hermes',
    { access: WRITE, node: 'auth/update_user', level: 'read_write', required: ['username', 'password'] },
    ({ parameters, identity }) =>
      stored('dbfail', async () => {
        const { username = '', password = '' } = parameters
        return answer(await operators.setPassword(username, password, identity), { user: username })
      }),
  )

  ctx.command(
    'hermes',
    { access: WRITE, node: 'auth/authorize_user', level: 'read_write', required: ['username', 'access'] },
    ({ parameters, identity }) =>
      stored('error', async () => {
        const { username = '', access } = parameters
        if (!isAccess(access)) return invalid(`access is one of ${Object.keys(ACCESS_LEVELS).join(', ')}`)
        return answer(await operators.retag(username, tagOf(access), identity), { user: username, access })
      }),
  )

  ctx.command(
    'hermes',
    { access: WRITE, node: 'auth/remove_user', level: 'read_write' },
    ({ parameters: { username }, identity }) =>
      stored('error', async () => {
        // EMQ can make a user without a name, whom its own API cannot remove.
        if (username === undefined || (username === '' && !operators.get(''))) {
          return invalid('the parameter "username" is missing')
        }
        return answer(await operators.remove(username, identity), { user: username })
      }),
  )
}
