const LONGEST = 2000

/** Whether a browser may be sent to `text`: an absolute http(s) URI without a fragment (RFC 6749 §3.1.2) or a user. */
export function isRedirectUri(text: string): boolean {
  // What browsers read as a slash, and what could end a header, is no part of a URI (RFC 3986 §2).
  if (text.length > LONGEST || !/^https?:\/\/[^/?#\s][\x21-\x7e]*$/i.test(text) || /[\\#"<>^`{|}]/.test(text))
    return false
  try {
    const { username, password, hostname } = new URL(text)
    return username === '' && password === '' && hostname !== '' && !/^[^/]*\/\/[^/?]*@/.test(text)
  } catch {
    return false
  }
}

/** `uri` with further parameters in its query, where the contract has them. */
export function withQuery(uri: string, parameters: Record<string, string>): string {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `${uri}${uri.includes('?') ? '&' : '?'}${pairs.join('&')}`
}

/** What of `uri` a Content-Security-Policy can name: its origin, or where that has other characters its scheme. */
export function policySource(uri: string): string {
  const { origin, protocol } = new URL(uri)
  return /^https?:\/\/[a-z0-9.-]+(:\d+)?$/.test(origin) ? origin : protocol
}
