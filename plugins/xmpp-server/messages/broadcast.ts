import { setImmediate } from 'node:timers/promises'
import { partsOf } from '../accounts/addresses.js'
import { pageOfNames } from '../accounts/names.js'
import type { Server } from '../server.js'
import { type Element, withAttributes } from '../xml/element.js'
import { deliverMessage } from './deliver.js'
import { openSessionsOf } from './receivers.js'

/** Users a turn. */
const PAGE = 100

/** Sends a message to everybody who is online, or to all accounts; how many it was delivered or stored for. */
export async function broadcast(
  server: Server,
  message: Element,
  { host, all }: { host?: string; all?: true },
): Promise<number> {
  let reached = 0
  for await (const accounts of all ? allAccounts(server, host) : onlineAccounts(server, host)) {
    const deliveries = await Promise.all(
      accounts.map(account => {
        const { local, host: domain } = partsOf(account)!
        const to = { local, domain, resource: undefined }
        return deliverMessage(server, withAttributes(message, { to: account }), to, { everywhere: true })
      }),
    )
    reached += deliveries.filter(delivery => delivery === 'delivered' || delivery === 'stored').length
    await setImmediate()
  }
  return reached
}

async function* onlineAccounts(server: Server, host: string | undefined): AsyncGenerator<string[]> {
  let page: string[] = []
  let seen = 0
  for (const account of server.registry.sessions.keys()) {
    if (host === undefined || account.endsWith(`@${host}`)) {
      if (openSessionsOf(server, account).length > 0) page.push(account)
    }
    if (++seen % PAGE > 0) continue
    yield page
    page = []
  }
  yield page
}

async function* allAccounts(server: Server, host: string | undefined): AsyncGenerator<string[]> {
  for (const domain of server.hosts.filter(each => host === undefined || each === host)) {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page = await pageOfNames(server.registry.stores.accounts, domain, PAGE, after)
      yield page.names.map(name => `${name}@${domain}`)
      after = page.next
    }
  }
}
