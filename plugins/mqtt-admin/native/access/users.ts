import { KernelError, type PluginContext, withoutStack } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend, MqttUser } from '../../backend.js'
import { fromCursor, iso, list, listOf, PAGING } from '../list.js'

const USER = z.object({ name: z.string(), disabled: z.boolean(), created_at: z.iso.datetime().nullable() })
const name = z.string().min(1).max(1024).describe('in which case counts')
const password = z.string().min(1).max(1024).describe('at most 1024 bytes; kept as a hash')
const disabled = z.boolean().describe('whether it may not connect')
const parameters = { name: 'the user, percent-encoded' }
const path = '/mqtt/v1/users'
const read = { permission: 'access.read' }
const write = { permission: 'access.write' }

/** MQTT users: who may connect with which password. */
export function contributeUsers(ctx: PluginContext, backend: () => MqttBackend): void {
  const all = { summary: 'MQTT users, by name', query: z.strictObject(PAGING), answer: listOf('users', USER) }
  ctx.route('GET', path, { ...read, describe: all }, async ({ given: { limit, after } }) => {
    const { users } = backend().access
    const page = await users.page(fromCursor(after), limit)
    return list('users', page.users.map(shown), await users.count(), page.next)
  })

  const create = {
    summary: 'Add an MQTT user',
    details: 'Without a password only a certificate proves the name.',
    body: z.strictObject({ name, password: password.optional(), disabled: disabled.default(false) }),
    answer: USER,
    example: { body: { name: 'sensor-7', password: 'correct horse' } },
  }
  ctx.route('POST', path, { ...write, describe: create }, async ({ input }) => {
    await backend().access.users.put(defined(input), 'create')
    return shown(await existing(input.name))
  })

  const one = { summary: 'An MQTT user', parameters, query: z.strictObject({}), answer: USER }
  ctx.route('GET', `${path}/:name`, { ...read, describe: one }, async ({ params }) =>
    shown(await existing(params['name']!)),
  )

  const change = {
    summary: 'Change the password of an MQTT user, or whether it is disabled',
    details:
      'What is left out stays. Connections of a disabled user are closed; a new password leaves connections alone and ' +
      'counts from the next one on.',
    parameters,
    body: z.strictObject({ password: password.optional(), disabled: disabled.optional() }),
    answer: USER,
    example: { body: { disabled: true } },
  }
  ctx.route('PUT', `${path}/:name`, { ...write, describe: change }, async ({ params, input }) => {
    const named = params['name']!
    if (Object.keys(input).length === 0) throw nothing(named)
    await backend().access.users.put(defined({ name: named, ...input }), 'update')
    return shown(await existing(named))
  })

  const remove = {
    summary: 'Remove an MQTT user; its connections are closed',
    parameters,
    query: z.strictObject({}),
    answer: z.object({ name: z.string(), removed: z.literal(true) }),
  }
  ctx.route('DELETE', `${path}/:name`, { ...write, describe: remove }, async ({ params }) => {
    const named = params['name']!
    if (!(await backend().access.users.delete(named))) throw noUser(named)
    return { name: named, removed: true }
  })

  async function existing(named: string): Promise<MqttUser> {
    const user = await backend().access.users.get(named)
    if (!user) throw noUser(named)
    return user
  }
}

function shown({ name, disabled, createdAt }: MqttUser): z.infer<typeof USER> {
  return { name, disabled, created_at: iso(createdAt) }
}

function defined(given: { name: string; password?: string | undefined; disabled?: boolean | undefined }) {
  const { name, password, disabled } = given
  return { name, ...(password === undefined ? {} : { password }), ...(disabled === undefined ? {} : { disabled }) }
}

function noUser(name: string): KernelError {
  return withoutStack(
    () =>
      new KernelError('not_found', `there is no MQTT user "${name}"`, {
        hint: `GET ${path}, or patchbay mqtt user list, lists them`,
      }),
  )
}

function nothing(name: string): KernelError {
  return new KernelError('body_invalid', `nothing to change about "${name}": expected "password" or "disabled"`)
}
