import { MemoryLevel } from 'memory-level'
import { plugin } from 'patchbay'
import { z } from 'zod'
import type { Identity } from '../../../kernel/life/identity.js'
import type { Database } from '../../../kernel/store/namespace.js'
import { SecretKey } from '../../../kernel/store/secret-key.js'
import { Store } from '../../../kernel/store/store.js'
import { type TestKernel, type TestOptions, testKernel } from '../../../kernel/testing.js'
import type { Account } from '../../../plugins/auth/accounts.js'
import {
  credentialOptions,
  credentialPermissions,
  credentialStorage,
  openCredentials,
} from '../../../plugins/auth/credentials.js'
import type { Operators } from '../../../plugins/auth/operators/operators.js'
import type { Proof } from '../../../plugins/auth/proof.js'
import { type Answer, type Asked, ask, basic } from '../../faces/exchange.js'

export const PASSWORD = 'correct horse'
export const ADMIN = basic('admin', PASSWORD)

export interface Bench extends TestKernel {
  ask(asked: Asked): Promise<Answer>
  /** A call of the EMQ face with a JSON body, as the operator unless said; its parsed answer. */
  emq(method: string, path: string, body?: object, authorization?: string): Promise<{ code: number; result?: unknown }>
  /** A command of the VerneMQ face over the control socket. */
  vmq(words: string): Promise<{ text?: string; table?: Record<string, unknown>[] }>
  /** A node of the Hermes face over the control socket, where no session is needed. */
  node(name: string, parameters?: Record<string, string>): Promise<Record<string, unknown>>
  readonly operators: Operators
  /** Owners, in the order in which they were to be forgotten. */
  readonly forgotten: string[]
  /** What the last verified caller proved. */
  readonly proofs: Proof[]
}

export interface BenchOptions extends Pick<TestOptions, 'store' | 'with'> {
  options?: Record<string, unknown>
  /** As in patchbay.yml. */
  listen?: object[]
  /** Stands in for a backend: passwords by JID. */
  accounts?: Record<string, string>
}

/** Operators, keys and sessions with an authenticator that remembers nothing and permits whoever is verified. */
export async function openBench({
  options = {},
  accounts,
  listen,
  store,
  with: others = [],
}: BenchOptions = {}): Promise<Bench> {
  const forgotten: string[] = []
  const proofs: Proof[] = []
  let operators: Operators | undefined
  const auth = plugin({
    name: 'auth',
    version: '0.0.0',
    config: z.strictObject(credentialOptions),
    permissions: credentialPermissions,
    storage: credentialStorage,
    async start(ctx) {
      const credentials = await openCredentials(ctx, ctx.config, owner => void forgotten.push(owner))
      operators = credentials.operators
      if (operators.count === 0)
        await operators.add('admin', PASSWORD, 'administrator', { kind: 'local', name: 'test' })
      const known = (proof: Proof | undefined): Identity | undefined => {
        if (proof) proofs.push(proof)
        return proof?.identity
      }
      ctx.authenticate({
        recall: () => undefined,
        async verify({ credentials: shown, ...attempt }) {
          if (shown.scheme === 'basic') return known(await credentials.basic(shown, attempt))
          if (shown.scheme === 'key') return known(await credentials.key(shown, attempt))
          return shown.scheme === 'session' ? known(await credentials.session(shown, attempt)) : undefined
        },
        permits: (identity, { level, scope }) =>
          identity !== undefined &&
          (level === undefined || (identity.level ?? 0) >= level) &&
          (scope === undefined || (identity.scopes ?? []).includes(scope)),
      })
      credentials.contribute(async (face, address, name, password) =>
        known(await credentials.basic({ scheme: 'basic', name, password }, { face, address })),
      )
    },
  })
  const backend = plugin({
    name: 'backend',
    version: '0.0.0',
    start: ctx =>
      ctx.provide('accounts', {
        verify: async (jid: string, password: string): Promise<Account | undefined> =>
          accounts?.[jid] === password ? { jid, role: 'prosody:registered' } : undefined,
        revision: (jid: string) => (accounts?.[jid] === undefined ? undefined : `r ${accounts[jid]}`),
      }),
  })
  const kernel = await testKernel([auth, ...(accounts ? [backend] : []), ...others] as never, {
    ...(store ? { store } : {}),
    config: { ...(listen ? { listen } : {}), plugins: { auth: { scrypt_cost: 1024, ...options } } },
  })
  const local = async (path: string, body = '', method = 'POST') =>
    JSON.parse(
      (await kernel.local(path, { method, body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }))
        .body,
    )
  return Object.assign(kernel, {
    forgotten,
    proofs,
    get operators() {
      return operators!
    },
    ask: (asked: Asked) => ask(kernel.url, asked),
    emq: async (method: string, path: string, body?: object, Authorization = ADMIN) => {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      const answer = await ask(kernel.url, { method, path: `/api/v2/${path}`, headers: { Authorization }, ...sent })
      return answer.status === 200 ? JSON.parse(answer.body) : { code: -answer.status }
    },
    vmq: (words: string) => local(`/api/v1/${words}`, '', 'GET'),
    node: (name: string, parameters = {}) => local(`/api/${name}`, new URLSearchParams(parameters).toString()),
  })
}

/** A store whose every byte can be looked at. */
export function openStore(): { store: Store; everything(): Promise<string> } {
  const database = new MemoryLevel<string, string>()
  const store = new Store(database as unknown as Database, SecretKey.inMemory())
  return {
    store,
    async everything() {
      const lines: string[] = []
      for await (const [key, value] of database.iterator()) lines.push(`${key} ${value}`)
      return lines.join('\n')
    },
  }
}
