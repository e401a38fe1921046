/** RFC 3454 table C.1.2: spaces that are mapped to SPACE. */
const OTHER_SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g
/** Table B.1: characters that are mapped to nothing. */
const IGNORED = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|[\u200c\u200d]|\u2060|[\ufe00-\ufe0f]|\ufeff/g
/**
 * Tables C.2.1 to C.9. Code points that Unicode 3.2 did not know are let through, as RFC 4013 §2.5 has it for queries:
 * people type emoji. `\p{Cn}` are the noncharacters of C.4 and what no Unicode knows yet.
 */
const PROHIBITED = [
  /[\p{Cc}\p{Co}\p{Cs}\p{Cn}]/u,
  /[\u06dd\u070f\u180e\u2028\u2029\u2061-\u2063\u206a-\u206f\ufff9-\ufffd]/,
  /[\u{1d173}-\u{1d17a}]/u,
  /[\u2ff0-\u2ffb\u200e\u200f\u202a-\u202e]|\u0340|\u0341/,
  /[\u{e0001}\u{e0020}-\u{e007f}]/u,
]
/** Table D.1, and the right-to-left scripts that came later. */
const RIGHT_TO_LEFT =
  /[\u05be\u05c0\u05c3\u05d0-\u05ea\u05f0-\u05f4\u061b\u061f\u0621-\u063a\u0640-\u064a\u066d-\u066f\u0671-\u06d5\u06dd\u06e5\u06e6\u06fa-\u06fe\u0700-\u070d\u0710\u0712-\u072c\u0780-\u07a5\u07b1\u07c0-\u07ea\u200f\ufb1d\ufb1f-\ufb28\ufb2a-\ufd3d\ufd50-\ufdfc\ufe70-\ufefc]+/gu
/** Table D.2 in the properties that JavaScript knows. */
const LEFT_TO_RIGHT = /[\p{L}\p{Mc}\p{Nl}]/u
/** Bytes of UTF-8, as in ejabberd: what is longer is nobody's password, only work. */
const LONGEST = 1023

/**
 * A password as it is hashed (SASLprep, RFC 4013); undefined when it has characters that are not allowed, none or
 * too many.
 * The one place to put another implementation.
 */
export function saslprep(password: string): string | undefined {
  if (Buffer.byteLength(password) > LONGEST) return undefined
  if (/^[\x20-\x7e]+$/.test(password)) return password
  const mapped = password.replace(OTHER_SPACES, ' ').replace(IGNORED, '').normalize('NFKC')
  if (mapped === '' || PROHIBITED.some(characters => characters.test(mapped))) return undefined
  return readsOneWay(mapped) ? mapped : undefined
}

/** RFC 3454 §6: right-to-left text stands between two right-to-left characters and has no left-to-right one. */
function readsOneWay(text: string): boolean {
  const others = text.replace(RIGHT_TO_LEFT, '')
  if (others.length === text.length) return true
  if (LEFT_TO_RIGHT.test(others)) return false
  return isRightToLeft(text[0]!) && isRightToLeft(text.at(-1)!)
}

/** None of them is outside the Basic Multilingual Plane. */
function isRightToLeft(character: string): boolean {
  return character.replace(RIGHT_TO_LEFT, '') === ''
}
