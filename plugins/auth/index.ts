import { plugin } from 'patchbay'
import { z } from 'zod'
import { createAuthenticator } from './authenticator.js'
import { bootstrap } from './bootstrap.js'
import { type Operator, Operators } from './operators.js'
import { nothingVerified } from './verified.js'

export default plugin({
  name: 'auth',
  version: '0.1.0',
  description: 'Who is calling, and what may they do',
  storage: ['operators'],
  config: z.strictObject({
    cache_seconds: z
      .number()
      .min(0)
      .default(60)
      .describe('how long verified credentials are remembered after their last use'),
    scrypt_cost: z
      .int()
      .min(1024)
      .refine(cost => (cost & (cost - 1)) === 0, 'expected a power of two')
      // Needs 32 MiB, which malloc gives back to the system at once; the 16 MiB of 16384 it would keep.
      .default(32_768)
      .describe('scrypt N of new password hashes, a power of two'),
  }),
  async start(ctx) {
    const operators = new Operators(ctx.storage<Operator>('operators'), ctx.config.scrypt_cost)
    await operators.read()
    await bootstrap(operators, ctx.log, ctx.hosts[0]!)
    const verified = await ctx.keep('verified', {
      open: nothingVerified,
      close: ({ entries }) => entries.clear(),
    })
    ctx.authenticate(createAuthenticator(operators, verified, ctx.hosts, ctx.config.cache_seconds * 1000))
  },
})
