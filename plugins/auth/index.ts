import { type PluginContext, plugin } from 'patchbay'
import { accountsAsked } from './accounts-asked.js'
import { createAuthenticator } from './authenticator.js'
import { bootstrap } from './bootstrap.js'
import { credentialPermissions, credentialStorage, openCredentials } from './credentials.js'
import { keepDefence } from './defence.js'
import { contributeOauth, OAUTH_PERMISSIONS, OAUTH_STORAGE } from './oauth/contribute.js'
import { operatorJid } from './operators/name.js'
import { options, TOP_LEVEL } from './options.js'
import { advise } from './permissions/advise.js'
import { compilePermissions } from './permissions/compile.js'
import { EJABBERD_COMMANDS } from './permissions/ejabberd-commands.js'
import { createSubjects } from './subject.js'
import { forget, keepVerified } from './verified.js'

export default plugin({
  name: 'auth',
  version: '0.2.0',
  description: 'Who is calling, and what may they do',
  storage: [...credentialStorage, ...OAUTH_STORAGE],
  permissions: { ...credentialPermissions, ...OAUTH_PERMISSIONS },
  config: options,
  topLevel: TOP_LEVEL,
  advise: (config, { hosts }) => advise(config, { hosts, commands: EJABBERD_COMMANDS }),
  async start(ctx) {
    const verified = await keepVerified(ctx)
    const host = ctx.hosts[0]!
    const credentials = await openCredentials(ctx, ctx.config, async owner => {
      forget(verified, owner)
      const [kind, name = ''] = owner.split(/:(.*)/s)
      if (kind === 'operator') await oauth.revokeAllOf(operatorJid(name, host) ?? '')
    })
    const { operators } = credentials
    const accounts = accountsAsked(ctx)
    const levelOf = (jid: string) => operators.identity(operators.named(jid) ?? '')?.level
    const permissions = compilePermissions(ctx.config, { hosts: ctx.hosts, levelOf })
    const oauth = await contributeOauth(ctx as PluginContext<never>, ctx.config, {
      login: (...given) => login(...given),
      oauthAllows: permissions.oauthAllows,
      isOperator: jid => operators.reserved(jid),
      revision: accounts.revision,
      forget: owner => forget(verified, owner),
    })
    const { authenticator, login } = createAuthenticator({
      verifiers: { ...credentials, bearer: oauth.verify },
      verified,
      defence: await keepDefence(ctx, ctx.config),
      cacheMs: ctx.config.cache_seconds * 1000,
      stillHolds: accounts.stillHolds,
      permissions,
      subject: createSubjects(operators, accounts),
    })
    ctx.authenticate(authenticator)
    credentials.contribute(login)
    await bootstrap(operators, ctx.log, host)
  },
})
