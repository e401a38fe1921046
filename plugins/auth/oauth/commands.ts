import { bareJid, type EjabberdCall, type EjabberdCommand, EjabberdError, type PluginContext } from 'patchbay'
import { type Clients, isClientId } from './clients.js'
import type { Mint } from './mint.js'
import { LONGEST_SECONDS } from './options.js'
import type { Deciding } from './password-grant.js'
import { isRedirectUri } from './redirect-uri.js'
import { checkScopes, scopesOf } from './scopes.js'
import { NO_ACCOUNT, now, type TokenStore } from './token-store.js'

interface Parts {
  deciding: Pick<Deciding, 'commands' | 'oauthAllows' | 'operatorNamed' | 'revision'>
  mint: Mint
  store: TokenStore
  clients: Clients
  revoke(token: string): Promise<void>
}

const READ = { permission: 'oauth.read' }
const WRITE = { permission: 'oauth.write' }
const DONE: EjabberdCommand['result'] = { name: 'res', type: 'restuple' }

const TEXT = (name: string) => ({ name, type: 'string' }) as const
const ISSUED: EjabberdCommand['result'] = [
  [0, { name: 'result', type: { tuple: [TEXT('token'), TEXT('scopes'), TEXT('expires_in')] } }],
  [
    1,
    {
      name: 'result',
      type: { tuple: [TEXT('token'), { name: 'scopes', type: { list: TEXT('scope') } }, TEXT('expires_in')] },
    },
  ],
]
const TOKENS: EjabberdCommand['result'] = {
  name: 'tokens',
  type: { list: { name: 'token', type: { tuple: ['token', 'user', 'scope', 'expires_in'].map(TEXT) } } },
}

/** The commands of ejabberd with the tag `oauth` (contracts/xmpp.md §3.5). */
export function contributeCommands(ctx: PluginContext<never>, { deciding, mint, store, clients, revoke }: Parts): void {
  const command = (
    definition: Omit<EjabberdCommand, 'tags'>,
    handler: (args: Record<string, string>, call: EjabberdCall) => unknown,
  ) =>
    ctx.command('ejabberd', { ...definition, tags: ['oauth'] }, call =>
      handler(call.arguments as Record<string, string>, call),
    )

  command(
    {
      name: 'oauth_issue_token',
      description: 'Issue an OAuth token for the given JID',
      access: WRITE,
      arguments: [
        { name: 'jid', type: 'string' },
        { name: 'ttl', type: 'integer' },
        { name: 'scopes', type: 'string', until: 0 },
        { name: 'scopes', type: { list: { name: 'scope', type: 'binary' } }, since: 1 },
      ],
      result: ISSUED,
    },
    async (args, { version, ctx: { callerAddress = '' } }) => {
      const jid = bareJid(args['jid']!)
      if (jid === undefined) throw new EjabberdError(400, `Invalid JID: ${args['jid']}`)
      const ttl = Number(args['ttl'])
      if (ttl < 1) throw new EjabberdError(400, `Invalid ttl: ${ttl}`)
      const wanted = version === 0 ? scopesOf(args['scopes']!, ';') : (args['scopes'] as unknown as string[])
      const { scopes, unknown } = checkScopes(wanted, deciding.commands())
      if (unknown !== undefined) throw new EjabberdError(400, 'invalid_scope')
      if (!deciding.oauthAllows(jid, callerAddress)) {
        throw new EjabberdError(400, `oauth_access does not allow ${jid}`)
      }
      const seconds = Math.min(ttl, LONGEST_SECONDS)
      const token = await mint.issue({ jid, scopes, seconds, ...ownerNow(deciding, jid) })
      // Version 0 writes a list of texts without anything between them.
      return { token, scopes: version === 0 ? scopes.join('') : scopes, expires_in: `${seconds} seconds` }
    },
  )
  command(
    {
      name: 'oauth_list_tokens',
      description: 'List the OAuth tokens, their users and scopes, and the seconds until they expire',
      access: READ,
      reads: true,
      arguments: [],
      result: TOKENS,
    },
    async (_, { version }) => {
      const rows: object[] = []
      for await (const [token = '', { jid, scopes, expires }] of store.list()) {
        const scope = scopes.join(version === 0 ? '' : ' ')
        rows.push({ token, user: jid, scope, expires_in: `${Math.ceil(expires - now())} seconds` })
      }
      return rows
    },
  )
  command(
    {
      name: 'oauth_revoke_token',
      description: 'Revoke an OAuth token',
      access: WRITE,
      arguments: [{ name: 'token', type: 'binary' }],
      result: DONE,
    },
    async ({ token }) => {
      await revoke(token!)
      return ''
    },
  )
  const clientArguments = (...names: string[]) =>
    ['client_id', ...names].map(name => ({ name, type: 'binary' }) as const)
  const checkId = (id: string) => {
    if (!isClientId(id)) throw new EjabberdError(400, 'Invalid client_id: expected printable ASCII without a colon')
  }
  command(
    {
      name: 'oauth_add_client_password',
      description: 'Register an OAuth client that asks for tokens with a password',
      access: WRITE,
      arguments: clientArguments('client_name', 'secret'),
      result: DONE,
    },
    async ({ client_id: id, client_name: name, secret }) => {
      checkId(id!)
      if (secret === '') throw new EjabberdError(400, 'Invalid secret: it is empty')
      await clients.addPassword(id!, name!, secret!)
      return ''
    },
  )
  command(
    {
      name: 'oauth_add_client_implicit',
      description: 'Register an OAuth client that gets tokens over the authorization page',
      access: WRITE,
      arguments: clientArguments('client_name', 'redirect_uri'),
      result: DONE,
    },
    async ({ client_id: id, client_name: name, redirect_uri: uri }) => {
      checkId(id!)
      if (!isRedirectUri(uri!)) throw new EjabberdError(400, 'Invalid redirect_uri: expected an absolute http(s) URI')
      await clients.addImplicit(id!, name!, uri!)
      return ''
    },
  )
  command(
    {
      name: 'oauth_remove_client',
      description: 'Remove an OAuth client',
      access: WRITE,
      arguments: clientArguments(),
      result: DONE,
    },
    async ({ client_id: id }) => {
      await clients.remove(id!)
      return ''
    },
  )
}

/**
 * The token ends with the account that it was issued for. One for a JID that has no account (yet), as ejabberd allows,
 * ends when somebody registers it; without a backend nobody can tell, and only the time ends it.
 */
function ownerNow({ operatorNamed, revision }: Pick<Deciding, 'operatorNamed' | 'revision'>, jid: string) {
  const operator = operatorNamed(jid)
  if (operator !== undefined) return { operator }
  try {
    return { revision: revision(jid) ?? NO_ACCOUNT }
  } catch {
    return {}
  }
}
