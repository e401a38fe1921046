import type { OauthCall, OauthReply } from 'patchbay'
import { authorizationForm, type Wish } from './authorization-form.js'
import type { Clients } from './clients.js'
import type { OauthOptions } from './options.js'
import type { NotGranted, PasswordGrant } from './password-grant.js'
import { isRedirectUri, policySource, withQuery } from './redirect-uri.js'
import { xhtml } from './xhtml.js'

const TITLE = 'Authorization request'
/** RFC 6749 §4.2.2.1, and for people. */
const REFUSALS: Record<NotGranted['wrong'], [error: string, words: string]> = {
  jid: ['invalid_request', 'This is not a JID: it looks like user@domain.'],
  ttl: ['invalid_request', 'This is not a time to live.'],
  format: ['invalid_request', 'There is no such token format.'],
  password: ['access_denied', 'The JID or the password is wrong, or this user may not have tokens.'],
  scope: ['invalid_scope', 'One of the scopes does not exist.'],
}

/** GET and POST /oauth/authorization_token (contracts/xmpp.md §3.5): the implicit grant of RFC 6749 §4.2, by ejabberd. */
export class AuthorizationEndpoint {
  readonly #grant: PasswordGrant
  readonly #clients: Clients
  readonly #check: OauthOptions['oauth_client_id_check']

  constructor(grant: PasswordGrant, clients: Clients, check: OauthOptions['oauth_client_id_check']) {
    this.#grant = grant
    this.#clients = clients
    this.#check = check
  }

  show({ parameters }: OauthCall): OauthReply {
    const wish = wishIn(parameters)
    return this.#refused(wish) ?? form(wish, 200)
  }

  async submit({ parameters, address, ctx }: OauthCall): Promise<OauthReply> {
    const wish = wishIn(parameters)
    // A form on somebody else's page could make this one a relay to anywhere.
    if (/^(cross-site|same-site)$/.test(ctx.get('Sec-Fetch-Site'))) return refusal('This form was not sent from here.')
    const refused = this.#refused(wish)
    if (refused) return refused
    const { redirectUri, state } = wish
    if (wish.responseType !== '' && wish.responseType !== 'token') {
      if (redirectUri === '') return refusal('There is no such response_type.')
      return { redirect: withQuery(redirectUri, { error: 'unsupported_response_type', state }) }
    }
    const answer = await this.#grant.ask(parameters, address, this.#check === 'db' ? wish.clientId : undefined)
    if ('wrong' in answer) {
      const [error, words] = REFUSALS[answer.wrong]
      if (redirectUri === '') return { ...form(wish, 400, words), refusal: answer.refusal }
      return { redirect: withQuery(redirectUri, { error, state }), refusal: answer.refusal }
    }
    const { identity, token, seconds } = answer
    const scope = answer.scopes.join(' ')
    const issued = { identity, arguments: { username: identity.jid, scope, redirect_uri: redirectUri } }
    if (redirectUri === '') {
      const content = xhtml`<p>Your token, valid for ${String(seconds)} seconds:</p><p><code>${token}</code></p>`.text
      return { page: { status: 200, title: 'Authorization granted', content }, issued }
    }
    const given = { access_token: token, token_type: 'bearer', expires_in: String(seconds), scope, state }
    return { redirect: withQuery(redirectUri, given), issued }
  }

  /** Nobody is sent to an address that is wrong, so a person is told (RFC 6749 §4.2.2.1). */
  #refused(wish: Wish): OauthReply | undefined {
    if (this.#check === 'deny') return refusal('Tokens are not issued here.')
    if (this.#check === 'db') {
      const registered = this.#clients.redirectUriOf(wish.clientId)
      if (registered === undefined) return refusal('This application is not registered.')
      if (wish.redirectUri === '') wish.redirectUri = registered
      return wish.redirectUri === registered ? undefined : refusal('This is not the registered redirect_uri.')
    }
    if (wish.redirectUri === '' || isRedirectUri(wish.redirectUri)) return undefined
    return refusal('The redirect_uri is not an absolute http or https URI without a fragment.')
  }
}

function wishIn(parameters: ReadonlyMap<string, string>): Wish {
  const one = (name: string) => parameters.get(name) ?? ''
  return {
    responseType: one('response_type'),
    clientId: one('client_id'),
    redirectUri: one('redirect_uri'),
    scope: one('scope'),
    state: one('state'),
  }
}

function form(wish: Wish, status: number, problem?: string): { page: Extract<OauthReply, { page: unknown }>['page'] } {
  const leadsTo = wish.redirectUri === '' ? undefined : policySource(wish.redirectUri)
  return { page: { status, title: TITLE, content: authorizationForm(wish, problem), leadsTo } }
}

function refusal(words: string): OauthReply {
  return { page: { status: 400, title: TITLE, content: xhtml`<p role="alert">${words}</p>`.text } }
}
