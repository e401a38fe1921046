/** The blocks of the configuration as plain data, all of ejabberd's spellings read into one. */
export interface Blocks {
  readonly acl: ReadonlyMap<string, readonly Item[]>
  readonly access_rules: ReadonlyMap<string, readonly Step[]>
  /** In the order of the file. */
  readonly api_permissions: readonly Rule[]
  readonly oauth_access: Access
  /** Bare JIDs that administer admin_rest. */
  readonly admins: readonly string[]
}

export const PATTERN_KEYS = [
  'user_regexp',
  'user_glob',
  'server_regexp',
  'server_glob',
  'resource_regexp',
  'resource_glob',
  'node_regexp',
  'node_glob',
] as const
export const ITEM_KEYS = ['all', 'none', 'acl', 'ip', 'user', 'server', 'resource', ...PATTERN_KEYS] as const

export type PatternKey = (typeof PATTERN_KEYS)[number]
export type ItemKey = (typeof ITEM_KEYS)[number]

/** One test of a caller: a name of `acl`, an address, a user, … */
export interface Item {
  readonly key: ItemKey
  /** Prepared; of a user the local part. Empty for `all` and `none`. */
  readonly value: string
  /** Of a user: the domain, else any that is served. Of a `node_…`: the pattern of the domain. */
  readonly host?: string
}

/** One line of an access rule. */
export interface Step {
  readonly decision: 'allow' | 'deny'
  readonly items: readonly Item[]
  /** Whether all items have to match, or one. */
  readonly needs: 'all' | 'any'
}

/** The name of an access rule, or its lines, of which the first that matches decides. */
export type Access = { readonly name: string } | { readonly steps: readonly Step[] }

export interface AccessEntry {
  readonly key: 'access'
  readonly access: Access
}

/** Matches tokens only: one of the scopes, and one of the entries. */
export interface OauthEntry {
  readonly key: 'oauth'
  readonly scopes: readonly string[]
  readonly entries: readonly (Item | AccessEntry)[]
}

export type Who = Item | AccessEntry | OauthEntry

export interface What {
  readonly kind: 'every' | 'command' | 'tag' | 'permission'
  /** Of a permission with its plugin; `plugin:*` means all of that plugin. */
  readonly name: string
  readonly negated: boolean
}

export interface Rule {
  readonly name: string
  readonly from: { readonly modules: readonly string[]; readonly tags: readonly string[] }
  /** undefined when the rule has none; then it grants nothing. */
  readonly who: readonly Who[] | undefined
  readonly what: readonly What[] | undefined
  /** Domains that the rule is limited to; `caller` is the caller's own. Empty when it is not limited. */
  readonly hosts: readonly string[]
}

/** What `blocks` are when the configuration has none of them. */
export const NO_BLOCKS: Blocks = {
  acl: new Map(),
  access_rules: new Map(),
  api_permissions: [],
  oauth_access: { steps: [{ decision: 'allow', items: [{ key: 'acl', value: 'admin' }], needs: 'all' }] },
  admins: [],
}
