import { ADMIN_REST_REFUSALS, type AdminRestReply } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import { vcardFromText } from '../vcard/from-text.js'
import { textFromVcard } from '../vcard/to-text.js'
import { isXmlText } from '../xml-text.js'
import { accountIn, type RestCall, type RestCommand, unknownUser } from './command.js'

const VCARDS = { route: 'vcards', addressed: 'account', profile: 'fork' } as const
const WRITE = { permission: 'vcards.write' }

/** `vcards/U` (contracts/xmpp.md §2.3). */
export const VCARD_COMMANDS: readonly RestCommand[] = [
  {
    ...VCARDS,
    method: 'GET',
    access: { permission: 'vcards.read' },
    async run(backend, call) {
      const jid = await accountIn(backend, call)
      const vcard = await backend.vcards.get(jid)
      if (!vcard) return { status: 404, result: `The user <${jid}> has no vCard configured.` }
      return { text: textFromVcard(vcard), type: 'text/vcard' }
    },
  },
  { ...VCARDS, method: 'PUT', access: WRITE, text: true, run: store },
  {
    ...VCARDS,
    method: 'DELETE',
    access: WRITE,
    async run(backend, call) {
      const jid = await accountIn(backend, call)
      await backend.vcards.delete(jid)
      return { result: `vCard deleted for <${jid}>` }
    },
  },
]

async function store(backend: XmppBackend, call: RestCall): Promise<AdminRestReply> {
  const jid = await accountIn(backend, call)
  const text = String(call.body ?? '').replace(/^\ufeff/, '')
  const vcard = isXmlText(text) ? vcardFromText(text) : undefined
  if (!vcard) return ADMIN_REST_REFUSALS.body
  switch (await backend.vcards.set(jid, vcard)) {
    case 'stored':
      return { result: `vCard stored for <${jid}>` }
    case 'too_large':
      return ADMIN_REST_REFUSALS.size
    case 'unknown_account':
      return unknownUser(jid)
  }
}
