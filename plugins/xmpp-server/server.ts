import type { Logger } from 'patchbay'
import type { AccountStore } from './accounts/accounts.js'
import type { Feature } from './feature.js'
import type { Options } from './options.js'
import type { Registry } from './registry.js'
import type { RosterStore } from './roster/rosters.js'
import type { Logins } from './sasl/logins.js'
import type { Component } from './stanza/component.js'
import type { IqTable } from './stanza/iq.js'
import type { Security } from './stream/secure.js'
import type { XmlLimits } from './xml/limits.js'

/** The server as one generation sees it: what is kept, and its own rules and services. */
export interface Server {
  readonly registry: Registry
  readonly hosts: readonly string[]
  readonly options: Options
  readonly log: Logger
  /** Keys and certificates for TLS. */
  readonly security: Security
  /** Before and after the login. */
  readonly limits: { readonly stranger: XmlLimits; readonly user: XmlLimits }
  readonly accounts: AccountStore
  readonly logins: Logins
  readonly rosters: RosterStore
  readonly features: readonly Feature[]
  readonly iq: IqTable
  /** Services at domains of their own, such as rooms. */
  readonly components: ReadonlyMap<string, Component>
}
