import { EjabberdError, invalidArgument } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import { checkText } from './checks.js'
import { type BackendCommand, type Given, jidOf, knownHost, servedJid } from './command.js'
import { binaries, binary, HOST, listOf, RESCODE, text, USER } from './shapes.js'
import { type FieldPath, valuesIn, withValues } from './vcard-fields.js'

const READ = { permission: 'vcards.read' }
const WRITE = { permission: 'vcards.write' }
const TAGS = ['vcard']
const NAME = binary('name')
const SUBNAME = binary('subname')
const CONTENT = binary('content')
/** A name that XML takes as it is. */
const FIELD = /^[A-Za-z_][\w.-]{0,63}$/

/** Fields of vCards (contracts/xmpp.md §3.6). */
export const VCARD_COMMANDS: readonly BackendCommand[] = [
  {
    access: WRITE,
    name: 'set_nickname',
    description: 'Set the nickname in the vCard of an account; its other fields stay',
    tags: TAGS,
    arguments: [USER, HOST, binary('nickname')],
    result: RESCODE,
    run: (backend, given) => write(backend, given, ['NICKNAME'], [given['nickname']!]),
  },
  {
    access: READ,
    reads: true,
    name: 'get_vcard',
    description: 'Tell a field of the vCard of an account: FN, NICKNAME, TITLE, …',
    tags: TAGS,
    arguments: [USER, HOST, NAME],
    result: text('content'),
    run: async (backend, given) => (await read(backend, given, [given['name']!]))[0],
  },
  {
    access: READ,
    reads: true,
    name: 'get_vcard2',
    description: 'Tell a part of a field of the vCard of an account: N FAMILY, ADR CTRY, TEL CELL, …',
    tags: TAGS,
    arguments: [USER, HOST, NAME, SUBNAME],
    result: text('content'),
    run: async (backend, given) => (await read(backend, given, [given['name']!, given['subname']!]))[0],
  },
  {
    access: READ,
    reads: true,
    name: 'get_vcard2_multi',
    description: 'List all parts of a field of the vCard of an account: ORG ORGUNIT, …',
    tags: TAGS,
    arguments: [USER, HOST, NAME, SUBNAME],
    result: listOf('contents', 'value'),
    run: (backend, given) => read(backend, given, [given['name']!, given['subname']!]),
  },
  {
    access: WRITE,
    name: 'set_vcard',
    description: 'Set a field of the vCard of an account: FN, NICKNAME, TITLE, …',
    tags: TAGS,
    arguments: [USER, HOST, NAME, CONTENT],
    result: RESCODE,
    run: (backend, given) => write(backend, given, [given['name']!], [given['content']!]),
  },
  {
    access: WRITE,
    name: 'set_vcard2',
    description: 'Set a part of a field of the vCard of an account: N FAMILY, ADR CTRY, TEL CELL, …',
    tags: TAGS,
    arguments: [USER, HOST, NAME, SUBNAME, CONTENT],
    result: RESCODE,
    run: (backend, given) => write(backend, given, [given['name']!, given['subname']!], [given['content']!]),
  },
  {
    access: WRITE,
    name: 'set_vcard2_multi',
    description: 'Set several parts of a field of the vCard of an account: ORG ORGUNIT, …',
    tags: TAGS,
    arguments: [USER, HOST, NAME, SUBNAME, binaries('contents', 'value')],
    result: RESCODE,
    run: (backend, given, { arguments: all }) =>
      write(backend, given, [given['name']!, given['subname']!], all['contents'] as readonly string[]),
  },
]

async function read(backend: XmppBackend, { user, host }: Given, path: FieldPath): Promise<readonly string[]> {
  if ((await knownHost(backend, host!)) === undefined) throw new EjabberdError(400, 'error_wrong_hostname')
  const jid = jidOf(user!, host!)
  const vcard = jid === undefined ? undefined : await backend.vcards.get(jid)
  if (!vcard) throw new EjabberdError(400, 'error_no_vcard_found')
  const values = valuesIn(vcard, path)
  if (values.length === 0) throw new EjabberdError(400, 'error_no_value_found_in_vcard')
  return values
}

async function write(
  backend: XmppBackend,
  { user, host }: Given,
  path: FieldPath,
  values: readonly string[],
): Promise<boolean> {
  if (!path.every(name => FIELD.test(name!))) throw invalidArgument('name', 'no field of a vCard')
  for (const value of values) checkText('content', value)
  const jid = await servedJid(backend, user!, host!)
  if (jid === undefined) return false
  const outcome = await backend.vcards.set(jid, withValues(await backend.vcards.get(jid), path, values))
  if (outcome === 'too_large') throw new EjabberdError(400, 'The vCard would be too large')
  return outcome === 'stored'
}
