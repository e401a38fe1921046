import type { Awaitable } from './awaitable.js'

/** Who may connect, publish and subscribe. */
export interface AccessControl {
  users: MqttUsers
  rules: AclRules
  bans: Bans
  /** Forgets what was decided for a connected client, all of it or for publishing to one topic. False when not connected. */
  forgetDecisions(clientId: string, topic?: string): Awaitable<boolean>
}

export interface MqttUsers {
  count(): Awaitable<number>
  /** By name. */
  page(after: string | undefined, limit: number): Promise<{ users: MqttUser[]; next?: string }>
  get(name: string): Awaitable<MqttUser | undefined>
  /** Throws `conflict` when there is one of that name and `replace` is not given. */
  put(user: { name: string; password?: string; disabled?: boolean }, how: 'create' | 'update'): Promise<void>
  delete(name: string): Promise<boolean>
  /** Whether the password is right and the user is not disabled. */
  verify(name: string, password: string): Promise<boolean>
}

export interface MqttUser {
  name: string
  disabled: boolean
  createdAt: number
}

/** First match decides; without a match `acl_nomatch` does. */
export interface AclRule {
  id: string
  permit: boolean
  action: 'publish' | 'subscribe' | 'all'
  /** An MQTT filter, in which `%u` is the user name and `%c` the client id. */
  topic: string
  /** Only for these; for everybody when none is given. */
  user?: string
  clientId?: string
  /** An address or a network in CIDR notation. */
  address?: string
}

export interface AclRules {
  list(): Awaitable<AclRule[]>
  /** At the end, or before the rule with that id. The rule with its id. */
  add(rule: Omit<AclRule, 'id'>, before?: string): Promise<AclRule>
  delete(id: string): Promise<boolean>
  /** What would be decided, and by which rule. */
  decide(asked: {
    action: 'publish' | 'subscribe'
    topic: string
    user?: string
    clientId: string
    address?: string
  }): Awaitable<{
    permit: boolean
    rule: AclRule | undefined
  }>
}

export interface Ban {
  id: string
  kind: 'client' | 'user' | 'address'
  /** A client id, a user name, or an address or network in CIDR notation. */
  who: string
  reason: string | undefined
  /** Who banned. */
  by: string | undefined
  bannedAt: number
  /** Undefined lasts until lifted. */
  until: number | undefined
}

export interface Bans {
  count(): Awaitable<number>
  page(after: string | undefined, limit: number): Promise<{ bans: Ban[]; next?: string }>
  /** Disconnects whom it concerns. One for the same kind and name is replaced. */
  add(ban: Omit<Ban, 'id' | 'bannedAt'>): Promise<{ ban: Ban; disconnected: number }>
  lift(id: string): Promise<boolean>
}
