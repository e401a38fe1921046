import { type Change, KernelError, type PluginContext, prepareDomain } from 'patchbay'
import { AccountStore } from './accounts/accounts.js'
import { FEATURES } from './features.js'
import type { Options } from './options.js'
import type { Registry } from './registry.js'
import { rostersChanged } from './roster/changed.js'
import { RosterStore } from './roster/rosters.js'
import type { Logins } from './sasl/logins.js'
import type { Server } from './server.js'
import { iqTable } from './stanza/iq.js'
import type { Security } from './stream/secure.js'
import { MOST_BEFORE_LOGIN, SHAPE } from './xml/limits.js'

/** Puts a generation's server together. */
export function newServer(ctx: PluginContext<Options>, registry: Registry, logins: Logins, security: Security): Server {
  const hosts = ctx.hosts.map(host => prepareDomain(host) ?? host)
  const { stores, books } = registry
  const accounts = new AccountStore(stores, books, {
    hosts,
    iterations: ctx.config.scram_iterations,
    reserved: reservedNames(ctx),
    forget: jid => changesOf(server, jid),
    forgotten: jid => {
      for (const feature of server.features) feature.forgotten?.(server, jid)
    },
  })
  const server: Server = {
    registry,
    hosts,
    options: ctx.config,
    log: ctx.log,
    security,
    limits: limitsOf(ctx.config),
    accounts,
    rosters: new RosterStore(stores, accounts, changes => rostersChanged(server, changes)),
    logins,
    features: FEATURES,
    iq: iqTable(FEATURES.flatMap(({ iq = [] }) => iq)),
    components: new Map(FEATURES.flatMap(feature => [...(feature.components?.(hosts) ?? [])])),
  }
  return server
}

function limitsOf({ max_stanza_bytes: bytes }: Options): Server['limits'] {
  return { stranger: { ...SHAPE, bytes: Math.min(bytes, MOST_BEFORE_LOGIN) }, user: { ...SHAPE, bytes } }
}

async function* changesOf(server: Server, jid: string): AsyncIterable<Change> {
  for (const feature of server.features) if (feature.forget) yield* feature.forget(server, jid)
}

function reservedNames(ctx: PluginContext<Options>): (jid: string) => boolean {
  const operators = ctx.service<{ reserved(jid: string): boolean }>('operators')
  return jid => {
    try {
      return operators().reserved(jid)
    } catch (thrown) {
      // Without anybody who knows operators, no name belongs to one.
      if (thrown instanceof KernelError && thrown.code === 'no_backend') return false
      throw thrown
    }
  }
}
