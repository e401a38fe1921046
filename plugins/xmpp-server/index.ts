import { KernelError, plugin, prepareDomain } from 'patchbay'
import { z } from 'zod'
import { type AccountRecord, AccountStore } from './accounts.js'
import { serverBackend } from './backend.js'
import { keepBooks } from './books.js'
import { type RosterRecord, RosterStore } from './rosters.js'
import type { ScramKeys } from './scram-keys.js'

export default plugin({
  name: 'xmpp-server',
  version: '0.1.0',
  description: 'The embedded XMPP server',
  storage: ['accounts', 'credentials', 'rosters', 'counts'],
  config: z.strictObject({
    scram_iterations: z
      .int()
      .min(4096)
      .max(1_000_000)
      // As Prosody; RFC 7677 asks for 4096 at least.
      .default(10_000)
      .describe('iterations of PBKDF2 for new passwords'),
  }),
  async start(ctx) {
    const hosts = ctx.hosts.map(host => prepareDomain(host) ?? host)
    const storage = {
      accounts: ctx.storage<AccountRecord>('accounts'),
      credentials: ctx.storage<ScramKeys>('credentials'),
      rosters: ctx.storage<RosterRecord>('rosters'),
      counts: ctx.storage<number>('counts'),
    }
    const books = await keepBooks(ctx)
    const operators = ctx.service<{ reserved(jid: string): boolean }>('operators')
    const reserved = (jid: string) => {
      try {
        return operators().reserved(jid)
      } catch (thrown) {
        // Without anybody who knows operators, no name belongs to one.
        if (thrown instanceof KernelError && thrown.code === 'no_backend') return false
        throw thrown
      }
    }
    const accounts = new AccountStore(storage, books, { hosts, iterations: ctx.config.scram_iterations, reserved })
    ctx.provide('accounts', accounts)
    ctx.provide(
      'xmpp-backend',
      serverBackend(hosts, books, storage.accounts, accounts, new RosterStore(storage.rosters, accounts)),
    )
  },
})
