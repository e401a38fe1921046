import { Store } from '../../kernel/store/store.js'
import type { AccountRecord } from '../../plugins/xmpp-server/accounts/record.js'
import { deriveScramKeys, type ScramKeys } from '../../plugins/xmpp-server/accounts/scram-keys.js'
import { type Child, PASSWORD } from './child.js'
import { type ServerVerbs, startPatchbay } from './servers.js'
import { freePort, temporaryFolder } from './temporary.js'

/** Ours as people run it, with the accounts `user0`, `user1`, … on `localhost`. */
export interface OurXmpp {
  name: 'Patchbay'
  pid: number
  /** Of its clients. */
  port: number
  http: number
  server: Child<ServerVerbs>
  end(): Promise<void>
}

const ITERATIONS = 10_000
const PAGE = 1000

export async function startOurXmpp(accounts: number, options: Record<string, unknown> = {}): Promise<OurXmpp> {
  const data = temporaryFolder()
  await seed(data, accounts)
  const port = await freePort()
  const server = await startPatchbay({
    data,
    start: ['auth', 'xmpp-server', 'xmpp-admin'],
    plugins: { 'xmpp-server': { port, tls_port: false, scram_iterations: ITERATIONS, ...options } },
  })
  const http = await server.ask('port')
  return { name: 'Patchbay', pid: server.process.pid!, port, http, server, end: () => server.end() }
}

/**
 * Writes accounts as the plugin does. Deriving the keys of a hundred thousand would take minutes, so they all have the
 * same salt; nothing in a login depends on the salts of others.
 */
async function seed(data: string, count: number): Promise<void> {
  const keys = await deriveScramKeys(PASSWORD, ITERATIONS)
  const store = await Store.open(data)
  const accounts = store.namespace<AccountRecord>('xmpp-server', 'accounts')
  const credentials = store.namespace<ScramKeys>('xmpp-server', 'credentials')
  const counts = store.namespace<number>('xmpp-server', 'counts')
  for (let from = 0; from < count; from += PAGE) {
    const names = Array.from({ length: Math.min(PAGE, count - from) }, (_, n) => `localhost/user${from + n}`)
    const record = { role: 'prosody:registered', created: Date.now(), revision: 'AAAAAAAAAAAAAAAA' }
    await accounts.batch(names.map(name => ({ put: name, value: record })))
    await credentials.batch(names.map(name => ({ put: name, value: keys })))
  }
  await counts.put('localhost', count)
  await store.close()
}
