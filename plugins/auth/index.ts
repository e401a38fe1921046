import { plugin } from 'patchbay'
import { createAuthenticator } from './authenticator.js'
import { operatorByBasic } from './basic.js'
import { bootstrap } from './bootstrap.js'
import { Defence, type Failures } from './defence.js'
import { type Operator, Operators } from './operators.js'
import { options } from './options.js'
import { nothingVerified } from './verified.js'

export default plugin({
  name: 'auth',
  version: '0.1.0',
  description: 'Who is calling, and what may they do',
  storage: ['operators'],
  config: options,
  async start(ctx) {
    const operators = new Operators(ctx.storage<Operator>('operators'), ctx.config.scrypt_cost)
    await operators.read()
    await bootstrap(operators, ctx.log, ctx.hosts[0]!)
    const verified = await ctx.keep('verified', {
      open: nothingVerified,
      close: ({ entries }) => entries.clear(),
    })
    const failures = await ctx.keep('failures', {
      open: () => new Map<string, Failures>(),
      close: known => known.clear(),
    })
    const { login_failures: most, login_refusal_seconds } = ctx.config
    const { authenticator } = createAuthenticator({
      verifiers: {
        basic: operatorByBasic(operators, ctx.hosts[0]!),
        bearer: () => undefined,
        key: () => undefined,
        session: () => undefined,
      },
      verified,
      defence: new Defence(failures, { most, refuseMs: login_refusal_seconds * 1000 }, ctx.log),
      cacheMs: ctx.config.cache_seconds * 1000,
      stillHolds: () => true,
      permissions: {
        permits: identity => identity?.kind === 'operator',
        explain: identity => ({ allowed: identity?.kind === 'operator', rules: [] }),
      },
      subject: ({ as = '' }) => ({ identity: undefined, caller: as }),
    })
    ctx.authenticate(authenticator)
  },
})
