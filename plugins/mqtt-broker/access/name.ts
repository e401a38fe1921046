const LONGEST_BYTES = 1024

/** Of a user, or a client id that somebody writes down: some text without control characters, of at most 1024 bytes. */
export function isName(text: string): boolean {
  return text !== '' && Buffer.byteLength(text) <= LONGEST_BYTES && !/[\p{Cc}\p{Cs}]/u.test(text)
}
