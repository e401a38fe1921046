import { keepDefence, type PluginContext, plugin } from 'patchbay'
import { accountsAsked } from './accounts-asked.js'
import { adviseOn } from './advise.js'
import { createAuthenticator } from './authenticator.js'
import { bootstrap } from './bootstrap.js'
import { credentialPermissions, credentialStorage, openCredentials } from './credentials.js'
import { contributeOauth, OAUTH_PERMISSIONS, OAUTH_STORAGE } from './oauth/contribute.js'
import { operatorJid } from './operators/name.js'
import { options, TOP_LEVEL } from './options.js'
import { compilePermissions } from './permissions/compile.js'
import { createSubjects } from './subject.js'
import { forget, forgetJid, keepVerified } from './verified.js'

export default plugin({
  name: 'auth',
  version: '0.2.0',
  description: 'Who is calling, and what may they do',
  storage: [...credentialStorage, ...OAUTH_STORAGE],
  permissions: { ...credentialPermissions, ...OAUTH_PERMISSIONS },
  config: options,
  topLevel: TOP_LEVEL,
  advise: adviseOn,
  async start(ctx) {
    const verified = await keepVerified(ctx)
    const host = ctx.hosts[0]!
    const credentials = await openCredentials(ctx, ctx.config, async owner => {
      forget(verified, owner)
      const jid = owner.startsWith('operator:') && operatorJid(owner.slice('operator:'.length), host)
      if (!jid) return
      forgetJid(verified, jid)
      await oauth.revokeAllOf(jid)
    })
    const { operators } = credentials
    const accounts = accountsAsked(ctx)
    const permissions = compilePermissions(ctx.config, { hosts: ctx.hosts, levelOf: operators.levelOf })
    const oauth = await contributeOauth(ctx as PluginContext<never>, ctx.config, {
      login: (...given) => login(...given),
      oauthAllows: permissions.oauthAllows,
      operatorNamed: jid => operators.named(jid),
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
      host,
      subject: createSubjects({ ...credentials, accounts }),
    })
    ctx.authenticate(authenticator)
    credentials.contribute(login)
    await bootstrap(operators, ctx.log, host)
  },
})
