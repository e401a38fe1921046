/** An element of XML as plain data. */
export interface XmlElement {
  readonly name: string
  /** The URI of its namespace. */
  readonly xmlns: string
  /** Without declarations of namespaces. */
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (XmlElement | string)[]
}
