import { Xhtml, xhtml } from './xhtml.js'

export interface Wish {
  responseType: string
  clientId: string
  redirectUri: string
  scope: string
  state: string
}

const CHOICES: [seconds: string, words: string][] = [
  ['3600', '1 Hour'],
  ['86400', '1 Day'],
  ['2592000', '1 Month'],
  ['31536000', '1 Year'],
  ['315360000', '10 Years'],
]
const CHOSEN = '31536000'
const NOTHING = new Xhtml('')

/** The form of the authorization page; `problem` is what was wrong with the last try. */
export function authorizationForm(wish: Wish, problem = ''): string {
  const hidden = Object.entries({
    response_type: wish.responseType,
    client_id: wish.clientId,
    redirect_uri: wish.redirectUri,
    scope: wish.scope,
    state: wish.state,
  }).map(([name, value]) => xhtml`<input type="hidden" name="${name}" value="${value}" />`)
  const choices = CHOICES.map(([seconds, words]) =>
    seconds === CHOSEN
      ? xhtml`<option value="${seconds}" selected="selected">${words}</option>`
      : xhtml`<option value="${seconds}">${words}</option>`,
  )
  return xhtml`${problem === '' ? NOTHING : xhtml`<p role="alert">${problem}</p>`}
<p>${wish.clientId === '' ? 'An application' : xhtml`Application <em>${wish.clientId}</em>`} wants to access scope
<em>${wish.scope === '' ? 'none' : wish.scope}</em>.</p>
<p>${destination(wish.redirectUri)} Accept only if you came from there on purpose.</p>
<form action="authorization_token" method="post">
<label for="username">User (jid)</label>
<input type="text" id="username" name="username" required="required" autocomplete="username" autocapitalize="none" spellcheck="false" />
<label for="password">Password</label>
<input type="password" id="password" name="password" required="required" autocomplete="current-password" />
<label for="ttl">Token TTL</label>
<select id="ttl" name="ttl">
${choices}
</select>
${hidden}
<button type="submit">Accept</button>
</form>`.text
}

function destination(redirectUri: string): Xhtml {
  if (redirectUri === '') return xhtml`The token will be shown on this page.`
  return xhtml`The token will be given to <em>${new URL(redirectUri).origin}</em>.`
}
