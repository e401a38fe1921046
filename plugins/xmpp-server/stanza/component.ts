import type { Server } from '../server.js'
import type { Element } from '../xml/element.js'

/** A service at a domain of its own. */
export interface Component {
  /** `category/type/name` of its identity in the host's disco#items and its own disco#info. */
  readonly name: string
  /** A stanza to an address of its domain, with `from` and `to`. */
  receive(server: Server, stanza: Element): void | Promise<void>
}
