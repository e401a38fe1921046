import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PluginDefinition, plugin } from '../../../../kernel/index.js'
import { Store } from '../../../../kernel/store/store.js'
import { testKernel } from '../../../../kernel/testing.js'
import type { AccessControl, MqttSession } from '../../../../plugins/mqtt-admin/backend.js'
import { ACCESS_STORAGE, openAccess } from '../../../../plugins/mqtt-broker/access/access.js'
import type { MqttAccounts } from '../../../../plugins/mqtt-broker/access/admission.js'
import type { Connection } from '../../../../plugins/mqtt-broker/connection.js'
import type { Asked, Guard, Who } from '../../../../plugins/mqtt-broker/guard.js'
import { session } from '../../mqtt-admin/stand-in.js'

export interface Bench {
  guard: Guard
  control: AccessControl
  /** Connected clients; whoever is disconnected leaves. */
  sessions: MqttSession[]
  /** `c1 banned` */
  disconnected: string[]
  /** A new generation, whose guard and control are used from then on. */
  reload(): Promise<void>
  close(): Promise<void>
}

export interface BenchOptions {
  acl_nomatch?: 'allow' | 'deny'
  acl_cache?: boolean
  store?: Store
  accounts?: MqttAccounts
}

/** The guard alone, in a kernel of its own, before sessions of plain data. */
export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const { acl_nomatch = 'allow', acl_cache = true, store, accounts } = options
  const sessions: MqttSession[] = []
  const disconnected: string[] = []
  const opened: { guard?: Guard; control?: AccessControl } = {}
  const access = plugin({
    name: 'access',
    version: '1.0.0',
    storage: ACCESS_STORAGE,
    async start(ctx) {
      const config = { acl_nomatch, acl_cache, password_cost: 1024 }
      const given = await openAccess({ ...ctx, config }, () => ({
        get: clientId => sessions.find(each => each.clientId === clientId),
        async *blocks() {
          for (let at = 0; at < sessions.length; at += 2) yield sessions.slice(at, at + 2)
        },
        async disconnect(clientId, why) {
          const at = sessions.findIndex(each => each.clientId === clientId)
          if (at < 0) return false
          disconnected.push(`${clientId} ${why}`)
          sessions[at] = { ...sessions[at]!, connected: false }
          return true
        },
      }))
      ctx.onLive(() => Object.assign(opened, given))
      if (accounts) ctx.provide('mqtt-accounts', accounts)
    },
  }) as PluginDefinition
  const kernel = await testKernel(access, store ? { store } : {})
  return {
    get guard() {
      return opened.guard!
    },
    get control() {
      return opened.control!
    },
    sessions,
    disconnected,
    async reload() {
      await kernel.kernel.reload('access')
    },
    close: () => kernel.close(),
  }
}

export function withBench(options: BenchOptions, act: (bench: Bench) => Promise<void>) {
  return async () => {
    const bench = await openBench(options)
    try {
      await act(bench)
    } finally {
      await bench.close()
    }
  }
}

export const connected = session

/** What a CONNECT from 10.0.0.1 asks, on a listener where anonymous clients are not let in. */
export function asked({
  connection,
  password,
  ...given
}: Partial<Omit<Asked, 'connection' | 'password'>> & {
  connection?: Partial<Connection>
  password?: string | Buffer
} = {}): Asked {
  return {
    clientId: 'c1',
    username: undefined,
    password: typeof password === 'string' ? Buffer.from(password) : password,
    connection: { address: '10.0.0.1', anonymous: false, identity: undefined, ...connection } as Connection,
    ...given,
  }
}

export function who(given: Partial<Who> = {}): Who {
  return {
    clientId: 'c1',
    username: undefined,
    address: '10.0.0.1',
    authenticated: given.username !== undefined,
    ...given,
  }
}

/** Acts with a store on disk, then again with what it left there. */
export async function acrossRestart(before: (bench: Bench) => Promise<void>, after: (bench: Bench) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-test-'))
  try {
    for (const act of [before, after]) await withBench({ store: await Store.open(folder) }, act)()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
