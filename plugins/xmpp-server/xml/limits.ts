/** How much of one stanza is read; whatever is beyond is `policy-violation`. */
export interface XmlLimits {
  /** Of UTF-8, with its tags. */
  readonly bytes: number
  /** Elements inside each other. */
  readonly depth: number
  /** Elements and pieces of text in all of it. */
  readonly nodes: number
  /** Of one element, declarations of namespaces among them. */
  readonly attributes: number
  /** Characters of one attribute's value. */
  readonly value: number
}

/** No client comes near these. */
export const SHAPE: Omit<XmlLimits, 'bytes'> = { depth: 64, nodes: 10_000, attributes: 128, value: 32_768 }

/** Nobody who has not logged in has much to say. */
export const MOST_BEFORE_LOGIN = 16_384
