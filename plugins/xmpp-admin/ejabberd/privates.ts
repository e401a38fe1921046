import { invalidArgument } from 'patchbay'
import { checkText } from './checks.js'
import { type BackendCommand, servedJid } from './command.js'
import { binary, HOST, RESCODE, text, USER } from './shapes.js'

const TAGS = ['private']
const NAME = /^[\p{L}_][\p{L}\p{N}_.-]{0,255}$/u

/** Private XML storage (contracts/xmpp.md §3.6, XEP-0049). */
export const PRIVATE_COMMANDS: readonly BackendCommand[] = [
  {
    access: { permission: 'vcards.read' },
    reads: true,
    name: 'private_get',
    description: "Tell an element of an account's private storage, empty where there is none",
    tags: TAGS,
    arguments: [USER, HOST, binary('element'), binary('ns')],
    result: text('res'),
    async run(backend, { user, host, element: name, ns }) {
      const jid = await servedJid(backend, user!, host!)
      if (!NAME.test(name!)) throw invalidArgument('element', 'no name of an element')
      const stored = jid === undefined ? undefined : await backend.privates.get(jid, name!, ns!)
      return `<query xmlns='jabber:iq:private'>${stored ?? `<${name}${ns === '' ? '' : ` xmlns='${escaped(ns!)}'`}/>`}</query>`
    },
  },
  {
    access: { permission: 'vcards.write' },
    name: 'private_set',
    description: "Store an element in an account's private storage",
    tags: TAGS,
    arguments: [USER, HOST, binary('element')],
    result: RESCODE,
    async run(backend, { user, host, element }) {
      const jid = await servedJid(backend, user!, host!)
      return jid !== undefined && (await backend.privates.set(jid, checkText('element', element!))) === 'stored'
    },
  },
]

function escaped(value: string): string {
  return value.replace(
    /[<&'"]/g,
    character => ({ '<': '&lt;', '&': '&amp;', "'": '&apos;', '"': '&quot;' })[character]!,
  )
}
