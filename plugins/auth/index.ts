import { plugin } from 'patchbay'
import { z } from 'zod'
import { createAuthenticator } from './authenticator.js'
import { bootstrap } from './bootstrap.js'
import { credentialOptions, credentialPermissions, credentialStorage, openCredentials } from './credentials.js'
import { forget, nothingVerified } from './verified.js'

export default plugin({
  name: 'auth',
  version: '0.1.0',
  description: 'Who is calling, and what may they do',
  storage: credentialStorage,
  permissions: credentialPermissions,
  config: z.strictObject({
    cache_seconds: z
      .number()
      .min(0)
      .default(60)
      .describe('how long verified credentials are remembered after their last use'),
    ...credentialOptions,
  }),
  async start(ctx) {
    const verified = await ctx.keep('verified', {
      open: nothingVerified,
      close: ({ entries }) => entries.clear(),
    })
    const credentials = await openCredentials(ctx, ctx.config, owner => forget(verified, owner))
    await bootstrap(credentials.operators, ctx.log, ctx.hosts[0]!)
    const { authenticator, login } = createAuthenticator(credentials, verified, ctx.config.cache_seconds * 1000)
    ctx.authenticate(authenticator)
    credentials.contribute(login)
  },
})
