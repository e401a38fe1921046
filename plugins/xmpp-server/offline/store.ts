import type { Change } from 'patchbay'
import { accountOf, allOf, domainOf, keyOf } from '../accounts/addresses.js'
import type { Server } from '../server.js'
import { delay } from '../stanza/delay.js'
import { CLIENT, type Element, withChildren } from '../xml/element.js'
import { serialize } from '../xml/serialize.js'
import { expiryOf } from './expiry.js'
import { NOTHING_WAITS, type OfflineHead, type OfflineRecord } from './record.js'

export function offlineHead({ registry: { stores } }: Server, account: string): OfflineHead {
  return stores.offlineHeads.getSync(keyOf(account)) ?? NOTHING_WAITS
}

/** Keeps a message until the account takes messages; it is stored when this resolves. */
export async function keepOffline(
  server: Server,
  account: string,
  message: Element,
): Promise<'stored' | 'full' | 'unknown_account'> {
  const { stores } = server.registry
  const { max_offline_messages: most, max_offline_bytes: mostBytes } = server.options
  const done = await server.accounts.change(account, async key => {
    const head = stores.offlineHeads.getSync(key) ?? NOTHING_WAITS
    const at = Date.now()
    const stanza = serialize(withChildren(message, delay(domainOf(account), at)), CLIENT)
    const bytes = head.bytes + Buffer.byteLength(stanza)
    if (head.count >= most || bytes > mostBytes) return 'full' as const
    const expires = expiryOf(message, at)
    const value: OfflineRecord = {
      from: message.attributes['from'] ?? '',
      at,
      stanza,
      ...(expires !== undefined && { expires }),
    }
    const last = keyAfter(head.last, key, at)
    await stores.offline.batch([
      { put: last, value },
      { put: key, value: { count: head.count + 1, bytes, last }, in: stores.offlineHeads },
    ])
    return 'stored' as const
  })
  return done ?? 'unknown_account'
}

/** Takes messages out, by their keys; how many were there. They are of one account. */
export async function dropOffline(server: Server, account: string, keys: readonly string[]): Promise<number> {
  const { stores } = server.registry
  const done = await server.accounts.change(account, async key => {
    const records = await stores.offline.getMany([...keys])
    const changes: Change<OfflineRecord>[] = []
    let bytes = 0
    for (const [at, record] of records.entries()) {
      if (!record) continue
      changes.push({ delete: keys[at]! })
      bytes += Buffer.byteLength(record.stanza)
    }
    if (changes.length === 0) return 0
    const dropped = changes.length
    const head = stores.offlineHeads.getSync(key) ?? NOTHING_WAITS
    const value: OfflineHead = {
      count: Math.max(0, head.count - dropped),
      bytes: Math.max(0, head.bytes - bytes),
      last: head.last,
    }
    await stores.offline.batch([...changes, { put: key, value, in: stores.offlineHeads }])
    return dropped
  })
  return done ?? 0
}

/** Up to `limit` messages of an account with their keys, oldest first, after the one with the key `after`. */
export function offlinePage({ registry: { stores } }: Server, account: string, limit: number, after?: string) {
  const range = allOf(keyOf(account))
  return stores.offline.page(limit, { ...range, gt: after ?? range.gt })
}

/** Whose message it is, by its key. */
export function accountOfMessage(key: string): string {
  return accountOf(key.slice(0, key.lastIndexOf('/')))
}

/** All messages of an account, as changes that take them away. */
export async function* forgetOffline(server: Server, account: string): AsyncGenerator<Change> {
  const { stores } = server.registry
  const key = keyOf(account)
  for await (const [message] of stores.offline.entries(allOf(key))) yield { delete: message, in: stores.offline }
  yield { delete: key, in: stores.offlineHeads }
}

/** In the order in which they came, also when the clock goes back. */
function keyAfter(last: string, account: string, at: number): string {
  const serial = last === '' ? -1 : Number.parseInt(last.slice(-13), 36)
  // A hundred a millisecond, so that the time and a serial are one number that fits in 13 digits.
  return `${account}/${Math.max(at * 100, serial + 1)
    .toString(36)
    .padStart(13, '0')}`
}
