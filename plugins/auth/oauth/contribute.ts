import { KernelError, type PluginContext, reason } from 'patchbay'
import type { Forget, Verifier } from '../proof.js'
import { AuthorizationEndpoint } from './authorization-endpoint.js'
import { Bearer } from './bearer.js'
import { type Client, Clients } from './clients.js'
import { contributeCommands } from './commands.js'
import { Issuers } from './jwt/issuers.js'
import { Signer } from './jwt/signer.js'
import { Mint } from './mint.js'
import type { OauthOptions } from './options.js'
import { type Deciding, PasswordGrant } from './password-grant.js'
import { Revoked } from './revoked.js'
import { tokenEndpoint } from './token-endpoint.js'
import { readTokens, type StoredToken, TokenStore } from './token-store.js'

export interface OauthNeeds extends Omit<Deciding, 'commands'> {
  forget: Forget
}

export interface Oauth {
  verify: Verifier<'bearer'>
  /** Ends every token issued here for a JID, from this turn on; for a password that changes, an operator that goes. */
  revokeAllOf(jid: string): Promise<void>
}

/** Namespaces and permissions that the plugin has to declare. */
export const OAUTH_STORAGE = ['oauth_tokens', 'oauth_clients', 'oauth_revoked']
export const OAUTH_PERMISSIONS = {
  'oauth.read': 'See the OAuth tokens: whoever may can use them too',
  'oauth.write': 'Issue and revoke OAuth tokens, register clients',
}

const SWEEP_MS = 30_000

/** OAuth as ejabberd speaks it, and JWTs: the endpoints, the commands, and who a bearer is. */
export async function contributeOauth(
  ctx: PluginContext<never>,
  options: OauthOptions,
  needs: OauthNeeds,
): Promise<Oauth> {
  const { forget, operatorNamed, revision } = needs
  const isOperator = (jid: string) => operatorNamed(jid) !== undefined
  const signer = new Signer(options.jwt.signing, ctx.hosts[0]!, ctx.secret('jwt'))
  if (options.jwt.issuers.some(({ issuer }) => issuer === signer.issuer)) {
    // Its tokens would be believed by their signature alone, even after they were revoked here.
    throw new KernelError(
      'config_invalid',
      `jwt.issuers: "${signer.issuer}" is the name under which tokens are issued here`,
      {
        hint: 'give jwt.signing another issuer',
      },
    )
  }
  const issuers = new Issuers(options.jwt.issuers, ctx.hosts, isOperator)
  const state = await ctx.keep('oauth tokens', {
    open: (_, holding) => readTokens(holding.storage<StoredToken>('oauth_tokens')),
    close({ tokens, ofJid, endings }) {
      for (const each of [tokens, ofJid, endings]) each.clear()
    },
  })
  const store = new TokenStore(state, ctx.storage<StoredToken>('oauth_tokens'), {
    key: ctx.secret('oauth tokens'),
    limits: { total: options.oauth_max_tokens, perJid: options.oauth_max_tokens_per_user },
    forget,
  })
  const clients = new Clients(ctx.storage<Client>('oauth_clients'), ctx.secret('oauth clients'))
  const revoked = new Revoked(ctx.storage<number>('oauth_revoked'))
  const bearer = new Bearer({ store, signer, issuers, revoked, revision, forget, operatorNamed })
  const deciding = { ...needs, commands: () => ctx.commands('ejabberd') }
  const mint = new Mint(store, signer)
  const grant = new PasswordGrant(deciding, mint, options)
  const check = options.oauth_client_id_check
  const authorization = new AuthorizationEndpoint(grant, clients, check)
  const access = { public: true } as const
  const path = '/authorization_token'
  ctx.command('oauth', { access, method: 'POST', path: '/token', body: 'form' }, tokenEndpoint(grant, clients, check))
  ctx.command('oauth', { access, method: 'GET', path }, call => authorization.show(call))
  ctx.command('oauth', { access, method: 'POST', path, body: 'form' }, call => authorization.submit(call))
  contributeCommands(ctx, { deciding, mint, store, clients, revoke: token => bearer.revoke(token) })
  ctx.every(SWEEP_MS, async () => {
    try {
      await store.sweep()
      await revoked.sweep()
    } catch (thrown) {
      // They are not served any more, and the next start reads them again.
      if (!ctx.signal.aborted) ctx.log.warn(`expired tokens stay in the store for now: ${reason(thrown)}`)
    }
  })
  return { verify: bearer.verify, revokeAllOf: jid => store.revokeAllOf(jid) }
}
