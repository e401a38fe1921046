const NOT_IN_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u

/** Whether XML 1.0 can say it (§2.2): no control characters, no halves of surrogates. */
export function isXmlText(text: string): boolean {
  return !NOT_IN_XML.test(text)
}
