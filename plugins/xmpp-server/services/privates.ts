import { keyOf } from '../accounts/addresses.js'
import type { Server } from '../server.js'
import type { Element } from '../xml/element.js'
import { serialize } from '../xml/serialize.js'

export const PRIVATE = 'jabber:iq:private'

/** Bytes of all that an account keeps, as it is sent. */
export const LONGEST_PRIVATE = 131_072

/** All that an account keeps, by name and namespace. It is little, and clients ask for most of it at every login. */
export type PrivateRecord = [name: string, xmlns: string, kept: Element][]

export async function privateOf(
  { accounts, registry: { stores } }: Server,
  jid: string,
  name: string,
  xmlns: string,
): Promise<Element | undefined> {
  if (!accounts.find(jid)) return undefined
  const kept = (await stores.privates.get(keyOf(jid))) ?? []
  return kept.find(each => each[0] === name && each[1] === xmlns)?.[2]
}

/** Elements without children and attributes are kept too: clients empty things that way. */
export async function setPrivates(
  { accounts, registry: { stores } }: Server,
  jid: string,
  elements: readonly Element[],
): Promise<'stored' | 'unknown_account' | 'too_large'> {
  const done = await accounts.change(jid, async key => {
    const kept = new Map((await stores.privates.get(key))?.map(each => [`${each[0]} ${each[1]}`, each]))
    for (const each of elements) kept.set(`${each.name} ${each.xmlns}`, [each.name, each.xmlns, each])
    const record = [...kept.values()]
    const bytes = record.reduce((sum, each) => sum + Buffer.byteLength(serialize(each[2])), 0)
    if (bytes > LONGEST_PRIVATE) return 'too_large' as const
    await stores.privates.put(key, record)
    return 'stored' as const
  })
  return done ?? 'unknown_account'
}
