import type { Explanation, RuleTried } from '../life/identity.js'
import type { Call, Command } from './command.js'
import { EXIT } from './exit-codes.js'
import { wrongUsage } from './refusal.js'
import { wrapped } from './wrap.js'

interface Explained extends Explanation {
  readonly call: { face: string; command?: string; address: string; tag?: string; hosts?: string[] }
}

export const explain: Command = {
  name: 'explain',
  takes: ['COMMAND…', '[NAME=VALUE…]'],
  summary: 'tells whether somebody may call a command, rule by rule, and what would change that',
  details: [
    'COMMAND is written as its API does, and --face says which one where several could be meant: registered_users, session show, GET clients/c1, PUT user/bob, user/get, and',
    '/kernel/plugins for one of ours. NAME=VALUE are its arguments: rules may be limited to hosts. Nothing is called.',
    `Exit code ${EXIT.ok} means allowed, ${EXIT.denied} denied.`,
  ].join('\n'),
  options: ['as', 'ip', 'face', 'tag', 'scope', 'json', 'data'],
  example: 'patchbay explain --as john@localhost --ip 10.0.0.7 registered_users host=localhost',
  async run({ words, options, server, printed, print, ends }) {
    const found = await (await server()).get<Explained>(`/kernel/explain?${queryOf(words, options)}`)
    if (!printed(found)) print(described(found))
    if (!found.allowed) ends(EXIT.denied)
  },
}

function queryOf(words: readonly string[], { as, ip, face, tag, scope }: Call['options']): URLSearchParams {
  const isArgument = (word: string) => /^[\w-]+=/.test(word)
  const command = words.filter(word => !isArgument(word)).join(' ')
  if (command === '') throw wrongUsage('"patchbay explain" needs COMMAND', 'patchbay explain registered_users')
  const query = new URLSearchParams({ command })
  for (const [name, value] of Object.entries({ as, ip, face, tag })) if (value !== undefined) query.set(name, value)
  for (const each of scope?.split(/[,\s]+/).filter(Boolean) ?? []) query.append('scope', each)
  for (const word of words.filter(isArgument)) {
    const equals = word.indexOf('=')
    query.append(word.slice(0, equals), word.slice(equals + 1))
  }
  return query
}

/** The verdict in the first line, then the way to it, then the way out. */
function described({ allowed, caller, rules, change, call }: Explained): string {
  const place = [call.face, `from ${call.address}`, ...(call.tag ? [`listener tagged ${call.tag}`] : [])].join(', ')
  const verdict = `${caller} ${allowed ? 'may' : 'may not'} call ${call.command ?? 'this'} (${place})`
  return [
    wrapped(verdict, allowed ? 'allowed: ' : 'denied: ', '  '),
    ...(call.hosts && call.hosts.length > 0 ? [`  for ${call.hosts.join(', ')}`] : []),
    '',
    rules.length > 0 ? 'Rules, as they were tried:' : 'No rule was tried: anybody may call it.',
    ...rules.map(rule),
    ...(change === undefined ? [] : ['', 'The smallest change that would allow it:', `  ${change}`]),
  ].join('\n')
}

function rule({ name, origin, allows, part, because }: RuleTried): string {
  const why = part === undefined || because.startsWith(part) ? because : `${part}: ${because}`
  return `  ${allows ? 'yes' : 'no '} "${name}" (${origin})\n${wrapped(why, '      ')}`
}
