import { plugin } from 'patchbay'
import { createAuthenticator } from './authenticator.js'
import { bootstrap } from './bootstrap.js'
import { credentialPermissions, credentialStorage, openCredentials } from './credentials.js'
import { keepDefence } from './defence.js'
import { options, TOP_LEVEL } from './options.js'
import { advise } from './permissions/advise.js'
import { compilePermissions } from './permissions/compile.js'
import { EJABBERD_COMMANDS } from './permissions/ejabberd-commands.js'
import { accountsAsked } from './still-holds.js'
import { createSubjects } from './subject.js'
import { forget, keepVerified } from './verified.js'

export default plugin({
  name: 'auth',
  version: '0.2.0',
  description: 'Who is calling, and what may they do',
  storage: credentialStorage,
  permissions: credentialPermissions,
  config: options,
  topLevel: TOP_LEVEL,
  advise: (config, { hosts }) => advise(config, { hosts, commands: EJABBERD_COMMANDS }),
  async start(ctx) {
    const verified = await keepVerified(ctx)
    const credentials = await openCredentials(ctx, ctx.config, owner => forget(verified, owner))
    const { operators } = credentials
    await bootstrap(operators, ctx.log, ctx.hosts[0]!)
    const levelOf = (jid: string) => operators.identity(operators.named(jid) ?? '')?.level
    const accounts = accountsAsked(ctx)
    const { authenticator, login } = createAuthenticator({
      verifiers: { ...credentials, bearer: () => undefined },
      verified,
      defence: await keepDefence(ctx, ctx.config),
      cacheMs: ctx.config.cache_seconds * 1000,
      stillHolds: accounts.stillHolds,
      permissions: compilePermissions(ctx.config, { hosts: ctx.hosts, levelOf }),
      subject: createSubjects(operators, accounts),
    })
    ctx.authenticate(authenticator)
    credentials.contribute(login)
  },
})
