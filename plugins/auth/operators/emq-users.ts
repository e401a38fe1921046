import { addressOf, EmqError, EmqNotFound, type PluginContext } from 'patchbay'
import type { Login } from '../proof.js'
import type { Operators, Outcome } from './operators.js'

/** contracts/mqtt.md §1.2. What EMQ has no code for is 108, or 102 where the caller's own tags do not suffice. */
const REFUSALS: Readonly<Record<Exclude<Outcome, 'done'>, readonly [code: number, text: string]>> = {
  exists: [113, 'User already exist'],
  unknown: [105, 'User not found'],
  wrong: [114, 'OldPassword error'],
  last: [106, 'admin cannot be deleted'],
  malformed: [108, 'params type error'],
  forbidden: [102, 'only an administrator can do this'],
}

const READ = { permission: 'operators.read' }
const WRITE = { permission: 'operators.write' }
const OPEN = { public: true } as const

/** EMQ's dashboard users are the operators: `users`, `auth` and `change_pwd` (contracts/mqtt.md §1.3). */
export function contributeEmqUsers(ctx: PluginContext<unknown>, operators: Operators, login: Login): void {
  const shown = ({ name, tags }: { name: string; tags: string }) => ({ username: name, tags })

  ctx.command('emq', { access: READ, method: 'GET', path: 'users' }, () => operators.list.map(shown))

  ctx.command('emq', { access: READ, method: 'GET', path: 'users/{name}' }, ({ path }) => {
    const operator = operators.get(path['name']!)
    return operator ? shown({ name: path['name']!, tags: operator.tags }) : []
  })

  ctx.command(
    'emq',
    {
      access: WRITE,
      method: 'POST',
      path: 'users',
      params: { username: 'string', password: 'string', tags: 'string' },
    },
    async ({ body, identity }) => {
      const { username, password, tags } = body as Record<'username' | 'password' | 'tags', string>
      assertFilled(username, password)
      return answer(await operators.add(username, password, tags, identity))
    },
  )

  ctx.command(
    'emq',
    { access: WRITE, method: 'PUT', path: 'users/{name}', params: { tags: 'string' } },
    async ({ path, body, identity }) => answer(await operators.retag(path['name']!, body['tags'] as string, identity)),
  )

  ctx.command('emq', { access: WRITE, method: 'DELETE', path: 'users/{name}' }, async ({ path, identity }) => {
    // Always, as recorded, also beside other administrators.
    if (path['name'] === 'admin') return answer('last')
    return answer(await operators.remove(path['name']!, identity))
  })

  ctx.command(
    'emq',
    { access: WRITE, method: 'PUT', path: 'change_pwd/{name}', params: { old_pwd: 'string', new_pwd: 'string' } },
    async ({ path, body, ctx: request }) => {
      const { old_pwd: old, new_pwd: password } = body as Record<'old_pwd' | 'new_pwd', string>
      const name = path['name']!
      assertFilled(password)
      const stored = operators.get(name)?.password
      if (!stored) return answer('unknown')
      // As a login, so that nobody guesses here either, and before its turn, so that nobody has to wait for it.
      const shown = await login('emq', addressOf(request), name, old)
      if (shown?.name !== name) return answer('wrong')
      return answer(await operators.replacePassword(name, stored, password))
    },
  )

  ctx.command(
    'emq',
    {
      access: OPEN,
      method: 'POST',
      path: 'auth',
      slash: false,
      reads: true,
      params: { username: 'string', password: 'string' },
    },
    async ({ body, ctx: request }) => {
      const { username, password } = body as Record<'username' | 'password', string>
      assertFilled(username, password)
      const identity = await login('emq', addressOf(request), username, password)
      if (identity?.kind === 'operator') return []
      request.refusal = { as: username, why: 'credentials' }
      // The original says `User not found` to unknown names, and so tells everybody who there is.
      throw new EmqError(103, 'Password error')
    },
  )
  // No other method asks for credentials there either.
  for (const method of ['GET', 'PUT', 'DELETE'] as const) {
    ctx.command('emq', { access: OPEN, method, path: 'auth', slash: false, reads: true }, () => {
      throw new EmqNotFound()
    })
  }
}

/** As the manual says; the server makes a user without name and password, whom everybody is. */
function assertFilled(...texts: string[]): void {
  if (texts.includes('')) throw new EmqError(104, 'Empty username or password')
}

function answer(outcome: Outcome): [] {
  if (outcome === 'done') return []
  throw new EmqError(...REFUSALS[outcome])
}
