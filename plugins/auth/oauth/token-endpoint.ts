import { type OauthCall, OauthError, type OauthReply } from 'patchbay'
import type { Clients } from './clients.js'
import type { OauthOptions } from './options.js'
import type { NotGranted, PasswordGrant } from './password-grant.js'

/** The words of ejabberd since 23.10; earlier ones dropped the connection for most of them. */
const REFUSALS: Record<NotGranted['wrong'], [error: string, description: string]> = {
  jid: ['invalid_request', 'Invalid JID'],
  ttl: ['invalid_request', 'Invalid ttl'],
  format: ['invalid_request', 'Invalid token_format'],
  password: ['invalid_grant', 'Bad password'],
  scope: ['invalid_grant', 'Invalid scope'],
}
const NOT_ALLOWED = {
  page: { status: 401, title: '401 Unauthorized', content: '<p>This client may not ask for tokens.</p>' },
}

/** POST /oauth/token (contracts/xmpp.md §3.5, RFC 6749 §4.3). */
export function tokenEndpoint(grant: PasswordGrant, clients: Clients, check: OauthOptions['oauth_client_id_check']) {
  return async ({ parameters, client, address }: OauthCall): Promise<OauthReply> => {
    const named = check === 'db' ? authenticated(clients, parameters, client) : undefined
    if (check === 'deny' || (check === 'db' && named === undefined)) {
      const as = `client ${client?.name ?? parameters.get('client_id') ?? ''}`
      return { ...NOT_ALLOWED, refusal: { as, why: 'credentials' } }
    }
    if (parameters.get('grant_type') !== 'password') {
      throw new OauthError('unsupported_grant_type', 'Unsupported grant type')
    }
    const answer = await grant.ask(parameters, address, named)
    if ('wrong' in answer) throw new OauthError(...REFUSALS[answer.wrong], 400, answer.refusal)
    const { identity, token, scopes, seconds } = answer
    const scope = scopes.join(' ')
    return {
      json: { access_token: token, token_type: 'bearer', scope, expires_in: seconds },
      issued: { identity, arguments: { username: identity.jid, scope } },
    }
  }
}

/** The id of the client whose secret is in the form or in HTTP Basic. */
function authenticated(
  clients: Clients,
  parameters: ReadonlyMap<string, string>,
  header: OauthCall['client'],
): string | undefined {
  const given: [string, string][] = header
    ? [[header.name, header.password], encoded(header)]
    : [[parameters.get('client_id') ?? '', parameters.get('client_secret') ?? '']]
  return given.find(([id, secret]) => clients.authenticate(id, secret))?.[0]
}

/** RFC 6749 §2.3.1 has both parts encoded as in a form; ejabberd's own clients send them as they are. */
function encoded({ name, password }: NonNullable<OauthCall['client']>): [string, string] {
  const decoded = [...new URLSearchParams(`a=${name.replaceAll('&', '%26')}&b=${password.replaceAll('&', '%26')}`)]
  return [decoded[0]![1], decoded[1]![1]]
}
