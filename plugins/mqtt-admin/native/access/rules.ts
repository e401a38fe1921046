import { KernelError, type PluginContext, withoutStack } from 'patchbay'
import { z } from 'zod'
import type { AclRule, MqttBackend } from '../../backend.js'
import { fromNumericCursor, list, listOf, PAGING } from '../list.js'
import { filterText, wrongTopic } from '../topic.js'

const who = {
  user: z.string().min(1).max(1024).optional().describe('only for this user, whose name a password has proved'),
  client_id: z.string().min(1).max(1024).optional().describe('only for this client id'),
  address: z.string().max(64).optional().describe('only from this address, or network in CIDR notation'),
}
const rule = {
  permit: z.boolean(),
  action: z.enum(['publish', 'subscribe', 'all']),
  topic: filterText.describe('an MQTT filter, in which %u is the user name and %c the client id'),
  ...who,
}
const RULE = z.object({ id: z.string(), ...rule })
const path = '/mqtt/v1/acl'
const read = { permission: 'access.read' }
const write = { permission: 'access.write' }

/** The ACL: who may publish and subscribe to what. */
export function contributeRules(ctx: PluginContext, backend: () => MqttBackend): void {
  const all = {
    summary: 'The ACL rules in their order: the first that matches decides, else acl_nomatch',
    query: z.strictObject(PAGING),
    answer: listOf('rules', RULE),
  }
  ctx.route('GET', path, { ...read, describe: all }, async ({ given: { limit, after } }) => {
    const rules = await backend().access.rules.list()
    const offset = fromNumericCursor(after) ?? 0
    const end = offset + limit
    return list(
      'rules',
      rules.slice(offset, end).map(shown),
      rules.length,
      end < rules.length ? String(end) : undefined,
    )
  })

  const add = {
    summary: 'Add an ACL rule',
    details: 'Connected clients are asked again when they publish; what they have subscribed to already stays.',
    body: z.strictObject({
      ...rule,
      before: z.string().optional().describe('id of the rule to stand before; else last'),
    }),
    answer: RULE,
    example: { body: { permit: true, action: 'all', topic: 'devices/%u/#' } },
  }
  ctx.route('POST', path, { ...write, describe: add }, async ({ input }) => {
    const { before, permit, action, topic, user, client_id: clientId, address } = input
    const given = { permit, action, topic, ...optional({ user, clientId, address }) }
    return shown(await backend().access.rules.add(given, before))
  })

  const remove = {
    summary: 'Remove an ACL rule',
    parameters: { id: 'of the rule' },
    query: z.strictObject({}),
    answer: z.object({ id: z.string(), removed: z.literal(true) }),
  }
  ctx.route('DELETE', `${path}/:id`, { ...write, describe: remove }, async ({ params }) => {
    const id = params['id']!
    if (!(await backend().access.rules.delete(id))) throw noRule(id)
    return { id, removed: true }
  })

  const decide = {
    summary: 'What the ACL decides, and by which rule',
    details:
      'The user is taken as proved, by a password or a certificate. A name that is only claimed permits nothing.',
    query: z.strictObject({
      action: z.enum(['publish', 'subscribe']),
      topic: filterText.describe('a topic to publish to, or a filter to subscribe to'),
      ...who,
      client_id: z.string().max(65_535).default('').describe('of the client'),
    }),
    answer: z.object({ permit: z.boolean(), rule: RULE.nullable().describe('null where acl_nomatch decides') }),
    example: { query: { action: 'publish', topic: 'devices/bob/state', user: 'bob' } },
  }
  ctx.route('GET', `${path}/decide`, { ...read, describe: decide }, async ({ given }) => {
    const { action, topic, user, client_id: clientId, address } = given
    const wrong = action === 'publish' ? wrongTopic(topic) : undefined
    if (wrong !== undefined) throw new KernelError('bad_request', `GET ${path}/decide: parameter "topic": ${wrong}`)
    const asked = { action, topic, clientId, ...optional({ user, address }) }
    const { permit, rule } = await backend().access.rules.decide(asked)
    return { permit, rule: rule ? shown(rule) : null }
  })
}

function shown({ clientId, ...rest }: AclRule): z.infer<typeof RULE> {
  return { ...rest, ...optional({ client_id: clientId }) }
}

/** Without what is undefined. */
function optional<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never
}

function noRule(id: string): KernelError {
  return withoutStack(
    () =>
      new KernelError('not_found', `there is no ACL rule "${id}"`, {
        hint: `GET ${path}, or patchbay mqtt acl list, lists them`,
      }),
  )
}
