import { setImmediate } from 'node:timers/promises'
import type { Namespace } from 'patchbay'
import { accountsOf } from './addresses.js'
import type { Books } from './books.js'
import type { AccountRecord } from './record.js'

const BLOCK = 1000

export interface NamePage {
  names: string[]
  /** The last name, when more follow. */
  next: string | undefined
}

/** Up to `limit` names of a host's accounts, after `after`, in the order of their UTF-8 bytes. */
export async function pageOfNames(
  accounts: Namespace<AccountRecord>,
  host: string,
  limit: number,
  after?: string,
): Promise<NamePage> {
  const { entries, next } = await accounts.page(limit, accountsOf(host, after))
  const nameOf = (key: string) => key.slice(host.length + 1)
  return { names: entries.map(([key]) => nameOf(key)), next: next === undefined ? undefined : nameOf(next) }
}

/** All names of a host's accounts; read once for everybody who asks until an account comes or goes. */
export function allNames(books: Books, accounts: Namespace<AccountRecord>, host: string): Promise<readonly string[]> {
  const known = books.names.get(host)?.deref()
  if (known) return known
  const reading = readNames(accounts, host)
  const remembered = new WeakRef(reading)
  books.names.set(host, remembered)
  reading.catch(() => {
    if (books.names.get(host) === remembered) books.names.delete(host)
  })
  return reading
}

async function readNames(accounts: Namespace<AccountRecord>, host: string): Promise<readonly string[]> {
  const all: string[] = []
  let page = await pageOfNames(accounts, host, BLOCK)
  for (;;) {
    all.push(...page.names)
    if (page.next === undefined) return all
    // An engine in memory never leaves the turn by itself.
    await setImmediate()
    page = await pageOfNames(accounts, host, BLOCK, page.next)
  }
}
