import { randomBytes } from 'node:crypto'
import { ADMIN_REST_REFUSALS, type AdminRestReply, bareJid } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import { isXmlText } from '../xml-text.js'
import { field } from './body.js'
import { INVALID_USER, isServed, onHost, type RestCall, type RestCommand } from './command.js'

const GROUPS = {
  route: 'groups',
  access: { permission: 'groups.write' },
  addressed: 'host',
  profile: 'fork',
} as const
const NO_NAME = { status: 400, result: 'Body must contain a `name` key' } as const
const UNKNOWN = 'group-not-found'

/** `groups/G` and `groups/G/members/M` (contracts/xmpp.md §2.3). */
export const GROUP_COMMANDS: readonly RestCommand[] = [
  {
    ...GROUPS,
    method: 'PUT',
    run: (backend, call) => (call.attribute === undefined ? create(backend, call) : withMember(backend, call, add)),
  },
  {
    ...GROUPS,
    method: 'DELETE',
    run: (backend, call) => (call.attribute === undefined ? remove(backend, call) : withMember(backend, call, leave)),
  },
  { ...GROUPS, method: 'POST', run: sync },
]

async function create(backend: XmppBackend, { resource, body, host }: RestCall): Promise<AdminRestReply> {
  const label = field(body, 'name')
  if (typeof label !== 'string') return NO_NAME
  const given = resource ?? field(body, 'group_id') ?? ''
  if (typeof given !== 'string' || !isXmlText(given) || !isXmlText(label)) return ADMIN_REST_REFUSALS.body
  const id = given === '' ? randomBytes(9).toString('base64url') : given
  const group = { id, label, description: '', displayed: [id] }
  const defaultRoom = field(body, 'create_default_muc') === true
  const outcome = await backend.groups.create(host, group, { defaultRoom })
  return outcome === 'created' ? { result: { group_id: id } } : { status: 409, result: 'conflict' }
}

/** Also says so of a group that there never was. */
async function remove(backend: XmppBackend, { resource, host }: RestCall): Promise<AdminRestReply> {
  if (resource === undefined) return ADMIN_REST_REFUSALS.path
  await backend.groups.delete(host, resource)
  return { result: `Group '${resource}' deleted successfully.` }
}

async function sync(backend: XmppBackend, { resource, attribute, detail, host }: RestCall): Promise<AdminRestReply> {
  if (resource === undefined || attribute !== 'sync' || detail !== undefined) return ADMIN_REST_REFUSALS.path
  await backend.groups.sync(host, resource)
  return { result: `Successfully did group subscriptions for group '${resource}'.` }
}

interface Membership {
  group: string
  /** As the path names them. */
  member: string
  jid: string
}

async function withMember(
  backend: XmppBackend,
  call: RestCall,
  act: (backend: XmppBackend, call: RestCall, membership: Membership) => Promise<AdminRestReply>,
): Promise<AdminRestReply> {
  const { resource: group, attribute, detail: member, host } = call
  if (group === undefined || attribute !== 'members' || member === undefined) return ADMIN_REST_REFUSALS.path
  const jid = bareJid(onHost(member, host))
  if (jid === undefined || !(await isServed(backend, jid))) return INVALID_USER
  return act(backend, call, { group, member, jid })
}

async function add(
  backend: XmppBackend,
  { host, body }: RestCall,
  { group, member, jid }: Membership,
): Promise<AdminRestReply> {
  const delayUpdate = field(body, 'delay_update') === true
  const outcome = await backend.groups.addMember(host, group, jid, { delayUpdate })
  if (outcome === 'unknown_group') return { status: 404, result: UNKNOWN }
  return { result: `Member '${member}' successfully added to group '${group}'.` }
}

async function leave(
  backend: XmppBackend,
  { host }: RestCall,
  { group, member, jid }: Membership,
): Promise<AdminRestReply> {
  const outcome = await backend.groups.removeMember(host, group, jid)
  // Not the 404 of the other one: so it was recorded.
  if (outcome === 'unknown_group') return { status: 500, result: UNKNOWN }
  return { result: `Member '${member}' successfully removed from group '${group}'.` }
}
