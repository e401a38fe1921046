import type { AccessLevel, Call, Identity } from 'patchbay'
import { check } from '../../../kernel/config/check.js'
import { parseYaml } from '../../../kernel/config/yaml.js'
import type { Blocks } from '../../../plugins/auth/permissions/blocks.js'
import { compilePermissions, type Permissions } from '../../../plugins/auth/permissions/compile.js'
import { permissionBlocks } from '../../../plugins/auth/permissions/schema.js'

export const HOSTS = ['localhost', 'example.org']
/** The operators of the tests. */
const LEVELS: Record<string, AccessLevel> = { 'admin@localhost': 3, 'reader@localhost': 1 }

/** The blocks as the kernel reads them from a file. */
export function blocksOf(yaml: string): Blocks {
  const { oauth_expire: _, ...blocks } = parseYaml(yaml, 'patchbay.yml') as Record<string, unknown>
  return check(permissionBlocks, blocks, 'patchbay.yml')
}

export function refusalOf(yaml: string): string {
  try {
    blocksOf(yaml)
  } catch (thrown) {
    return (thrown as Error).message
  }
  return 'nothing was refused'
}

export function permissionsOf(blocks: string | Blocks, hosts = HOSTS): Permissions {
  const read = typeof blocks === 'string' ? blocksOf(blocks) : blocks
  return compilePermissions(read, { hosts, levelOf: jid => LEVELS[jid] })
}

/** Level 0 stands for none: the tags of the operator mean something to EMQ only. */
export const operator = (name = 'admin', level: AccessLevel | 0 = 3): Identity => ({
  kind: 'operator',
  name,
  jid: `${name}@localhost`,
  ...(level !== 0 && { level }),
})
export const account = (jid: string, role?: string): Identity => ({
  kind: 'account',
  name: jid,
  jid,
  ...(role !== undefined && { role }),
})
export const token = (jid: string, ...scopes: string[]): Identity => {
  const level = LEVELS[jid]
  return { kind: 'token', name: jid, jid, scopes, ...(level === undefined ? {} : { level }) }
}
export const key = (...scopes: string[]): Identity => ({ kind: 'key', name: 'k1', scopes })
export const session = (level: AccessLevel): Identity => ({ kind: 'session', name: 'ops', level })
export const ANYBODY = undefined

/** Tags as ejabberd gives them. */
const TAGS: Record<string, string[]> = {
  status: ['server'],
  stop: ['server'],
  registered_users: ['accounts'],
  registered_vhosts: ['server'],
  connected_users_info: ['session'],
  connected_users_number: ['session', 'statistics'],
  get_roster: ['roster'],
}

export function command(name: string, more: Partial<Call> = {}): Call {
  const tags = TAGS[name] ?? []
  return { face: 'ejabberd', command: name, permission: `xmpp-admin:${name}`, tags, address: '127.0.0.1', ...more }
}

export function onFace(face: string, more: Partial<Call> = {}): Call {
  return { face, permission: `${face}:things.read`, address: '127.0.0.1', ...more }
}
