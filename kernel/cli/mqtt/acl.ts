import type { Call, Command } from '../command.js'
import { path } from '../control-client.js'
import { wrongUsage } from '../refusal.js'
import { cell, printList } from './pages.js'

interface Rule {
  id: string
  permit: boolean
  action: 'publish' | 'subscribe' | 'all'
  topic: string
  user?: string
  client_id?: string
  address?: string
}

const list: Command = {
  name: 'mqtt acl list',
  summary: 'lists the ACL rules in their order: the first that matches decides',
  options: ['limit', 'json', 'data'],
  example: 'patchbay mqtt acl list',
  run: call =>
    printList<Rule, 'rules'>(call, '/mqtt/v1/acl', 'rules', new URLSearchParams(), {
      ID: rule => rule.id,
      RULE: rule => (rule.permit ? 'allow' : 'deny'),
      ACTION: rule => rule.action,
      TOPIC: rule => rule.topic,
      USER: rule => rule.user,
      CLIENT: rule => rule.client_id,
      ADDRESS: rule => rule.address,
    }),
}

const add: Command = {
  name: 'mqtt acl add',
  takes: ['allow|deny', 'publish|subscribe|all', 'TOPIC'],
  summary: 'adds an ACL rule at the end, or before another one',
  details: 'TOPIC is an MQTT filter, in which %u stands for the user name and %c for the client id.',
  options: ['user', 'client', 'address', 'before', 'json', 'data'],
  example: "patchbay mqtt acl add allow all 'devices/%u/#'",
  async run(call) {
    const { words, options, server, printed, print } = call
    const [verdict, action, topic] = words
    if (verdict !== 'allow' && verdict !== 'deny') {
      throw wrongUsage(`"${verdict}" is neither allow nor deny`, 'patchbay mqtt acl add allow publish devices/%u/state')
    }
    const { before } = options
    const body = { permit: verdict === 'allow', action, topic, ...whoIn(call), ...(before ? { before } : {}) }
    const rule = await (await server()).post<Rule>('/mqtt/v1/acl', body)
    if (!printed(rule)) print(`rule ${rule.id}: ${inWords(rule)}`)
  },
}

const remove: Command = {
  name: 'mqtt acl remove',
  takes: ['ID'],
  summary: 'removes an ACL rule',
  options: ['json', 'data'],
  example: 'patchbay mqtt acl remove 3f9a01c7',
  async run({ words: [id = ''], server, printed, print }) {
    const answer = await (await server()).delete(path`/mqtt/v1/acl/${id}`)
    if (!printed(answer)) print(`rule ${id} was removed`)
  },
}

const decide: Command = {
  name: 'mqtt acl decide',
  takes: ['publish|subscribe', 'TOPIC'],
  summary: 'tells what the ACL decides for a client, and by which rule',
  details: [
    '--user is taken as proved by a password or a certificate; for a client that only claims the name, leave it out.',
    'Rules with %c or for a client id need --client, those for an address --address.',
  ].join('\n'),
  options: ['user', 'client', 'address', 'json', 'data'],
  example: 'patchbay mqtt acl decide publish devices/bob/state --user bob',
  async run(call) {
    const [action = '', topic = ''] = call.words
    const query = new URLSearchParams({ action, topic, ...whoIn(call) })
    const answer = await (await call.server()).get<{ permit: boolean; rule: Rule | null }>(
      `/mqtt/v1/acl/decide?${query}`,
    )
    if (call.printed(answer)) return
    const why = answer.rule ? `rule ${answer.rule.id}: ${inWords(answer.rule)}` : 'no rule matches: acl_nomatch decides'
    call.print(`${answer.permit ? 'allowed' : 'denied'}\n${why}`)
  },
}

function whoIn({ options: { user, client, address } }: Call): Record<string, string> {
  return { ...(user ? { user } : {}), ...(client ? { client_id: client } : {}), ...(address ? { address } : {}) }
}

function inWords({ permit, action, topic, user, client_id: client, address }: Rule): string {
  const who = [
    ...(user === undefined ? [] : [`user ${user}`]),
    ...(client === undefined ? [] : [`client ${client}`]),
    ...(address === undefined ? [] : [`from ${address}`]),
  ]
  return [permit ? 'allow' : 'deny', action, topic, ...who].map(cell).join(' ')
}

export const MQTT_ACL_COMMANDS: readonly Command[] = [list, add, remove, decide]
