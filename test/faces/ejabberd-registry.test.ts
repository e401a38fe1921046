import test from 'ava'
import type { EjabberdCommand } from '../../kernel/http/faces/ejabberd-command.js'
import { argumentsInWords, resultInWords, versionsOf } from '../../kernel/http/faces/ejabberd-help.js'
import { argumentsIn, LATEST_VERSION } from '../../kernel/http/faces/ejabberd-types.js'
import { REGISTRY } from './ejabberd-registry.js'
import { openHouse } from './house.js'

type Entry = Omit<EjabberdCommand, 'access'>

async function liveCommands(): Promise<Entry[]> {
  const house = await openHouse({ start: ['xmpp-server', 'xmpp-admin'] })
  try {
    const { body } = await house.local('/kernel/commands?face=ejabberd')
    return (JSON.parse(body) as { commands: Entry[] }).commands
  } finally {
    await house.close()
  }
}

/** Later releases have these, and `help` is ours. */
const LATER = ['get_ban_details', 'get_offline_messages', 'help', 'unban_account']

test('every command is that of the registry of 23.01: policy, tags, arguments, result, old names', async t => {
  const rows = REGISTRY.trim()
    .split('\n')
    .map(line => line.trim())
  const ours = (await liveCommands()).filter(({ name }) => !LATER.includes(name)).map(rowOf)
  const without = (all: readonly string[], others: readonly string[]) => all.filter(each => !others.includes(each))
  t.deepEqual({ ours: without(ours, rows), missing: without(rows, ours) }, { ours: [], missing: [] })
})

function rowOf(command: Entry): string {
  const { name, policy = 'restricted', tags } = command
  const renamed = argumentsIn(command.arguments, 0).flatMap(each =>
    (each.formerly ?? []).map(old => `${old} -> ${each.name}`),
  )
  const cells = [tags.join(','), argumentsInWords(command, 0), resultInWords(command, 0), renamed.join(', ')]
  return [name, policy, ...cells].join(' | ').trimEnd()
}

/** What later versions of the API changed (contracts/xmpp.md §3.6), by command. */
const CHANGES: Readonly<Record<string, Readonly<Record<number, [given: string, result: string]>>>> = {
  add_rosteritem: {
    1: [
      'localuser: binary, localhost: binary, user: binary, host: binary, nick: binary, groups: list<group: binary>, subs: binary',
      'res: rescode',
    ],
  },
  get_roster: {
    1: [
      'user: binary, host: binary',
      'contacts: list<contact: (jid: string, nick: string, subscription: string, pending: string, groups: list<group: string>)>',
    ],
  },
  kick_user: { 2: ['user: binary, host: binary', 'res: restuple'] },
  oauth_issue_token: {
    1: [
      'jid: string, ttl: integer, scopes: list<scope: binary>',
      'result: (token: string, scopes: list<scope: string>, expires_in: string)',
    ],
  },
  set_presence: {
    1: [
      'user: binary, host: binary, resource: binary, type: binary, show: binary, status: binary, priority: integer',
      'res: rescode',
    ],
  },
  srg_create: {
    1: [
      'group: binary, host: binary, label: binary, description: binary, display: list<group: binary>',
      'res: rescode',
    ],
  },
  status_list: { 3: ['status: binary', 'users: list<userstatus: (jid: string, priority: integer, status: string)>'] },
  status_list_host: {
    3: ['host: binary, status: binary', 'users: list<userstatus: (jid: string, priority: integer, status: string)>'],
  },
}

test('later versions of the API change what the contract lists, and nothing else', async t => {
  for (const command of await liveCommands()) {
    const known = CHANGES[command.name] ?? {}
    // Rooms have their own table.
    if (command.tags.some(tag => tag.startsWith('muc'))) continue
    t.deepEqual(versionsOf(command).slice(1), Object.keys(known).map(Number), command.name)
    for (const [version, [given, result]] of Object.entries(known)) {
      t.is(argumentsInWords(command, Number(version)), given)
      t.is(resultInWords(command, Number(version)), result)
    }
    t.is(resultInWords(command, 99), resultInWords(command, LATEST_VERSION))
  }
})

test('commands that change nothing say so, and no other does', async t => {
  for (const { name, reads } of await liveCommands()) {
    const looks =
      /^(get_|check_|connected_|registered_|user_|num_|status|stats|incoming_|outgoing_|list_|private_get|help)/
    const lists = /(_list|_list_tokens|_available|_installed|_rooms|_by_regex|_num|_get_info|_get_members)$/
    t.is(Boolean(reads), looks.test(name) || (lists.test(name) && !/^rooms_.*destroy/.test(name)), name)
  }
})

test('OpenAPI describes every command, in each version that differs', async t => {
  const house = await openHouse({ start: ['xmpp-server', 'xmpp-admin'] })
  try {
    const { body } = await house.local('/kernel/openapi.json')
    const { paths } = JSON.parse(body) as { paths: Record<string, { post: Operation }> }
    for (const { name } of await liveCommands()) t.truthy(paths[`/api/${name}`]?.post, name)
    const of = (path: string) => paths[path]!.post
    const added = of('/api/add_rosteritem').requestBody.content['application/json'].schema
    t.is(added.required.length, 7)
    t.deepEqual(of('/api/add_rosteritem/v1').requestBody.content['application/json'].schema.properties['groups'], {
      type: 'array',
      items: { type: 'string' },
    })
    const answers = (path: string) => of(path).responses['200'].content['application/json'].schema
    t.deepEqual(answers('/api/kick_user'), { type: 'object', properties: { num_resources: { type: 'integer' } } })
    t.deepEqual(answers('/api/kick_user/v2'), { type: 'string' })
    t.deepEqual(answers('/api/modules_available'), { type: 'object', additionalProperties: { type: 'string' } })
  } finally {
    await house.close()
  }
})

interface Operation {
  requestBody: {
    content: { 'application/json': { schema: { required: string[]; properties: Record<string, unknown> } } }
  }
  responses: { '200': { content: { 'application/json': { schema: unknown } } } }
}
