import { createHmac, hash } from 'node:crypto'
import { type Defence, keepDefence, type PluginContext, Turns } from 'patchbay'
import type { ScramKey } from '../accounts/scram-keys.js'
import type { Options } from '../options.js'
import type { Registry } from '../registry.js'

/** What logins share: nobody's guesses hold up others, and unknown names look like known ones. */
export interface Logins {
  readonly defence: Defence
  /** Of who shows a password itself, which is slow to check. */
  readonly turns: Turns
  /** Keys that nothing matches: always the same for a name. */
  decoy(account: string, digest: 'sha1' | 'sha256'): ScramKey
}

/** Wrong logins of one name from one address within a minute; then nobody looks at what it shows for as long. */
const DEFENCE = { login_failures: 20, login_refusal_seconds: 60 }
/** A small server's clients that come back at once wait for some seconds instead of being refused. */
const MOST_WAITING = 1024
/** Accounts that are looked at to learn how their keys were made. */
const SAMPLE = 500
const SALT_BYTES = 16

export async function keepLogins(ctx: PluginContext<Options>, { stores }: Registry): Promise<Logins> {
  const secret = ctx.secret('decoys of SCRAM')
  // An account keeps the iterations that it was made with: a decoy must not be known by being the only modern one.
  const found = await ctx.keep('iterations', {
    async open() {
      const { entries } = await stores.credentials.page(SAMPLE)
      return new Set(entries.map(([, { sha256 }]) => sha256.iterations))
    },
    close: known => known.clear(),
  })
  const iterations = [...new Set([...found, ctx.config.scram_iterations])].sort((one, other) => one - other)
  return {
    defence: await keepDefence(ctx, DEFENCE),
    turns: new Turns(MOST_WAITING),
    decoy(account, digest) {
      const made = (what: string, bytes: number) =>
        createHmac('sha256', secret).update(`${what} ${digest} ${account}`).digest().subarray(0, bytes)
      const bytes = digest === 'sha1' ? 20 : 32
      return {
        salt: made('salt', SALT_BYTES).toString('base64'),
        // Both mechanisms of an account have the same.
        iterations:
          iterations[
            hash('sha256', `${secret.toString('hex')} ${account}`, 'buffer').readUInt32BE() % iterations.length
          ]!,
        storedKey: made('stored key', bytes).toString('base64'),
        serverKey: made('server key', bytes).toString('base64'),
      }
    },
  }
}
