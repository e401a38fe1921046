import type { Access, Blocks, Rule, Who } from './blocks.js'
import { speaksOfEjabberd } from './faces.js'
import { itemText, whatText } from './words.js'

/** Scopes that are no command (contracts/xmpp.md §3.5). */
const SCOPES = ['ejabberd:admin', 'ejabberd:user', 'sasl_auth']

/** Names in a rule that nothing bears. `commands` may be empty, when nobody knows them. */
export function adviseOfNames(
  rule: Rule,
  blocks: Blocks,
  { hosts, commands }: { hosts: readonly string[]; commands: ReadonlySet<string> },
): [text: string, part: string][] {
  const nobody = [...new Set((rule.who ?? []).flatMap(entry => unknownIn(entry, { blocks, hosts, seen: new Set() })))]
  return [
    ...(commands.size > 0 && speaksOfEjabberd(rule) ? unknownCommands(rule, commands) : []),
    ...(commands.size > 0 ? unknownScopes(rule, commands) : []),
    ...nobody.map((text): [string, string] => [text, 'who']),
  ]
}

function unknownCommands({ what = [] }: Rule, commands: ReadonlySet<string>): [string, string][] {
  return what.flatMap(each => {
    if (each.kind !== 'command' || commands.has(each.name)) return []
    const effect = each.negated ? 'leaves nothing out' : 'grants nothing'
    return [[`${whatText(each)} ${effect}: there is no command of that name`, 'what'] as [string, string]]
  })
}

function unknownScopes({ who = [] }: Rule, commands: ReadonlySet<string>): [string, string][] {
  const scopes = new Set(who.flatMap(entry => (entry.key === 'oauth' ? entry.scopes : [])))
  return [...scopes]
    .filter(scope => !SCOPES.includes(scope) && !commands.has(scope))
    .map(scope => [`no token can have the scope "${scope}": scopes are ${SCOPES.join(', ')} and commands`, 'who'])
}

interface Search {
  readonly blocks: Blocks
  readonly hosts: readonly string[]
  readonly seen: Set<string>
}

/** Acls, access rules and domains that are used but do not exist, through all that do. */
function unknownIn(who: Who, search: Search): string[] {
  if (who.key === 'access') return unknownInAccess(who.access, search)
  if (who.key === 'oauth') return who.entries.flatMap(entry => unknownIn(entry, search))
  const domain = who.key === 'server' ? who.value : who.key === 'user' ? who.host : undefined
  if (domain !== undefined && !search.hosts.includes(domain)) {
    return [`"${itemText(who)}" is nobody, since ${domain} is not among the hosts that are served`]
  }
  if (who.key !== 'acl' || search.seen.has(who.value)) return []
  search.seen.add(who.value)
  const items = search.blocks.acl.get(who.value)
  if (items) return items.flatMap(item => unknownIn(item, search))
  return who.value === 'admin' ? [] : [`acl "${who.value}" is not defined, so it has nobody`]
}

function unknownInAccess(access: Access, search: Search): string[] {
  if ('name' in access && (access.name === 'all' || access.name === 'none')) return []
  const steps = 'steps' in access ? access.steps : search.blocks.access_rules.get(access.name)
  if (steps) return steps.flatMap(({ items }) => items.flatMap(item => unknownIn(item, search)))
  return [`access rule "${'name' in access ? access.name : ''}" is not defined, so it allows nobody`]
}
