const SECRET = /pass(w|phrase|$)|(^|[_.-])pwd$|secret|token|authori[sz]ation|cookie|credential|(^|[_.-])key$|[a-z]Key$/i
/** What hashing a password costs is not the password. */
const MEASURE = /_cost$/
const CREDENTIALS = /\b(Basic|Bearer|Digest) +[\w+/.~=-]{4,}/gi
const IN_URL = /(:\/\/[^\s/:@]*):[^\s/@]+@/g

export const HIDDEN = '[hidden]'

/** Whether what stands under this name must not be shown in logs and error sentences. */
export function isSecret(name: string): boolean {
  return SECRET.test(name) && !MEASURE.test(name)
}

/** `text` without the credentials of HTTP headers and URLs. */
export function withoutCredentials(text: string): string {
  return text.replace(CREDENTIALS, `$1 ${HIDDEN}`).replace(IN_URL, `$1:${HIDDEN}@`)
}
