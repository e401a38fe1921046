import { EjabberdError, invalidArgument } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import { checkText } from './checks.js'
import { type BackendCommand, type Given, jidOf, servedHost } from './command.js'
import { binaries, binary, HOST, listOf, RESCODE, tupleOf, USER } from './shapes.js'

const READ = { permission: 'groups.read' }
const WRITE = { permission: 'groups.write' }
const TAGS = ['shared_roster_group']
const GROUP = binary('group')

/** Shared roster groups (contracts/xmpp.md §3.6). */
export const GROUP_COMMANDS: readonly BackendCommand[] = [
  {
    access: WRITE,
    name: 'srg_create',
    description: 'Make a group whose members see each other without asking',
    details: 'display names the groups that its members see; in version 0 several are separated by \\n.',
    tags: TAGS,
    arguments: [
      ...[GROUP, HOST, binary('label', { formerly: ['name'] }), binary('description')],
      binary('display', { until: 0 }),
      binaries('display', 'group', { since: 1 }),
    ],
    result: RESCODE,
    async run(backend, { group: id, host: given, label, description }, { arguments: { display } }) {
      const host = await servedHost(backend, given!)
      if (id === '') throw invalidArgument('group', 'it is empty')
      const displayed = typeof display === 'string' ? display.split(/\\n|\n/) : (display as readonly string[])
      for (const each of [id!, label!, description!, ...displayed]) checkText('group', each)
      const group = { id: id!, label: label!, description: description! }
      const made = { ...group, displayed: displayed.filter(each => each !== '') }
      return (await backend.groups.create(host, made)) === 'created'
    },
  },
  {
    access: WRITE,
    name: 'srg_delete',
    description: 'Remove a group; says the same when there is none',
    tags: TAGS,
    arguments: [GROUP, HOST],
    result: RESCODE,
    async run(backend, { group, host }) {
      await backend.groups.delete(await servedHost(backend, host!), group!)
      return true
    },
  },
  {
    access: READ,
    reads: true,
    name: 'srg_list',
    description: 'List the groups of a host',
    tags: TAGS,
    arguments: [HOST],
    result: listOf('groups', 'id'),
    run: async (backend, { host }) => (await backend.groups.list(await servedHost(backend, host!))).map(({ id }) => id),
  },
  {
    access: READ,
    reads: true,
    name: 'srg_get_info',
    description: 'Tell the label of a group, its description and the groups that its members see',
    tags: TAGS,
    arguments: [GROUP, HOST],
    result: listOf('informations', tupleOf('information', 'key', 'value')),
    async run(backend, { group: id, host }) {
      const group = await backend.groups.get(await servedHost(backend, host!), id!)
      if (!group) return []
      return [
        { key: 'label', value: group.label },
        { key: 'displayed_groups', value: group.displayed.join('\n') },
        { key: 'description', value: group.description },
      ]
    },
  },
  {
    access: READ,
    reads: true,
    name: 'srg_get_members',
    description: 'List the members of a group',
    tags: TAGS,
    arguments: [GROUP, HOST],
    result: listOf('members', 'member'),
    run: async (backend, { group, host }) =>
      (await backend.groups.members(await servedHost(backend, host!), group!)) ?? [],
  },
  {
    access: WRITE,
    name: 'srg_user_add',
    description: 'Make an account a member of a group',
    tags: TAGS,
    arguments: [USER, HOST, GROUP, binary('grouphost')],
    result: RESCODE,
    async run(backend, given) {
      const membership = await membershipIn(backend, given)
      return (await backend.groups.addMember(...membership)) !== 'unknown_group'
    },
  },
  {
    access: WRITE,
    name: 'srg_user_del',
    description: 'End the membership of an account in a group; says the same when it was no member',
    tags: TAGS,
    arguments: [USER, HOST, GROUP, binary('grouphost')],
    result: RESCODE,
    async run(backend, given) {
      const membership = await membershipIn(backend, given)
      return (await backend.groups.removeMember(...membership)) !== 'unknown_group'
    },
  },
]

async function membershipIn(
  backend: XmppBackend,
  given: Given,
): Promise<[host: string, group: string, member: string]> {
  const { user, host, group, grouphost } = given
  const groupHost = await servedHost(backend, grouphost!)
  const member = jidOf(user!, host!)
  if (member === undefined) throw new EjabberdError(400, "Invalid 'user'/'host'")
  return [groupHost, group!, member]
}
