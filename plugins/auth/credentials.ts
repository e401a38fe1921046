import { keepHashing, type PluginContext, Turns, warmUp } from 'patchbay'
import { z } from 'zod'
import type { Accounts } from './accounts.js'
import { contributeHermesKeys } from './hermes/api-keys.js'
import { HermesKeys, keepHermesKeys } from './hermes/keys.js'
import { contributeLogin } from './hermes/login.js'
import { keepSessions, Sessions } from './hermes/sessions.js'
import { contributeHermesUsers } from './hermes/users.js'
import { ApiKeys } from './keys/api-keys.js'
import { keepKeys, keySecrets } from './keys/kept.js'
import { contributeApiKeys } from './keys/vernemq-api-key.js'
import { contributeEmqUsers } from './operators/emq-users.js'
import { keepOperators } from './operators/kept.js'
import { Operators } from './operators/operators.js'
import { createBasicVerifier } from './operators/verify-basic.js'
import type { Forget, Login, Verifier } from './proof.js'

const SWEEP_MS = 60_000
const seconds = (otherwise: number) => z.number().positive().default(otherwise)

/** What operators, keys and sessions can be told, under the names of the originals where they have one. */
export const credentialOptions = {
  scrypt_cost: z
    .int()
    .min(1024)
    .refine(cost => (cost & (cost - 1)) === 0, 'expected a power of two')
    // Needs 32 MiB, which malloc gives back to the system at once; the 16 MiB of 16384 it would keep.
    .default(32_768)
    .describe('scrypt N of new password hashes, a power of two'),
  min_apikey_length: z.int().min(0).max(256).default(0).describe('the least length of a new VerneMQ API key, in bytes'),
  max_apikey_expiry_days: z
    .int()
    .positive()
    .optional()
    .describe('the longest life of a new VerneMQ API key; it then needs an end'),
  mask_apikeys: z.boolean().default(false).describe('whether api-key show hides all but the first characters of a key'),
  hermes_auth_key_seconds: seconds(300).describe('how long an auth_key of Hermes is valid'),
  hermes_auth_key_grace_seconds: z
    .number()
    .min(0)
    .default(0)
    .describe('how long the auth_key before the newest still is, for clients that call in parallel'),
  hermes_session_idle_seconds: seconds(3600).describe('after how long without a call a session of Hermes ends'),
  hermes_session_seconds: seconds(43_200).describe('after how long a session of Hermes ends in any case'),
}

const schema = z.object(credentialOptions)
export type CredentialOptions = z.infer<typeof schema>

export const credentialPermissions = {
  'operators.read': 'See operators',
  'operators.write': 'Add, change and remove operators',
  'keys.read': 'See API keys',
  'keys.write': 'Add and remove API keys',
  'sessions.use': "Renew one's own session",
}

export const credentialStorage = ['operators', 'api-keys', 'hermes-keys']

/** What proves who is calling, apart from tokens. */
export interface Credentials {
  readonly operators: Operators
  readonly basic: Verifier<'basic'>
  readonly key: Verifier<'key'>
  readonly session: Verifier<'session'>
  /** Adds the commands of the faces and the service `operators`. */
  contribute(login: Login): void
}

/** Reads what is stored. `forget` is called with the owner of whatever was changed or removed; his sessions end here. */
export async function openCredentials(
  ctx: PluginContext<unknown>,
  options: CredentialOptions,
  forget: Forget,
): Promise<Credentials> {
  const secrets = keySecrets(ctx)
  const kept = { operators: await keepOperators(ctx), keys: await keepKeys(ctx, secrets) }
  const hermesKept = { keys: await keepHermesKeys(ctx), sessions: await keepSessions(ctx) }

  const end: Forget = owner => {
    sessions.end(owner)
    return forget(owner)
  }
  const host = ctx.hosts[0]!
  const hashing = await keepHashing(ctx)
  warmUp(hashing, options.scrypt_cost)
  const { scrypt_cost: cost } = options
  const operators = new Operators(kept.operators, { cost, host, turns: new Turns(), hashing, forget: end })
  const keys = new ApiKeys(kept.keys, secrets, options, end)
  const hermesKeys = new HermesKeys(hermesKept.keys, end)
  const sessions = new Sessions(hermesKept.sessions, options, (id, address) => hermesKeys.admits(id, address))

  return {
    operators,
    basic: createBasicVerifier(operators, ctx.service<Accounts>('accounts'), ctx.hosts, ctx.log),
    key: keys.verify,
    session: ({ session, cookie, authKey }, { address }) => sessions.verify(session, cookie, authKey, address),
    contribute(login) {
      contributeEmqUsers(ctx, operators, login)
      contributeApiKeys(ctx, keys)
      contributeHermesUsers(ctx, operators)
      contributeHermesKeys(ctx, hermesKeys)
      contributeLogin(ctx, { operators, keys: hermesKeys, sessions, login })
      ctx.provide('operators', { reserved: (jid: string) => operators.reserved(jid) })
      ctx.every(SWEEP_MS, () => sessions.sweep())
    },
  }
}
