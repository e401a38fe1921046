import { keyOf } from '../accounts/addresses.js'
import type { Server } from '../server.js'
import type { Element } from '../xml/element.js'
import { serialize } from '../xml/serialize.js'

/** Bytes of a vCard as it is sent: a picture fits into it. */
export const LONGEST_VCARD = 131_072

export async function vcardOf({ accounts, registry }: Server, jid: string): Promise<Element | undefined> {
  return accounts.find(jid) && registry.stores.vcards.get(keyOf(jid))
}

export async function setVcard(
  { accounts, registry }: Server,
  jid: string,
  vcard: Element,
): Promise<'stored' | 'unknown_account' | 'too_large'> {
  const done = await accounts.change(jid, async key => {
    if (Buffer.byteLength(serialize(vcard)) > LONGEST_VCARD) return 'too_large' as const
    await registry.stores.vcards.put(key, vcard)
    return 'stored' as const
  })
  return done ?? 'unknown_account'
}

export async function deleteVcard({ accounts, registry }: Server, jid: string): Promise<'deleted' | 'unknown_account'> {
  const done = await accounts.change(jid, async key => {
    await registry.stores.vcards.delete(key)
    return 'deleted' as const
  })
  return done ?? 'unknown_account'
}
