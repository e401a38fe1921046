import { invalidArgument, prepareResource } from 'patchbay'
import type { XmppBackend } from '../backend.js'
import type { BackendCommand, Given } from './command.js'
import { accountIn, refused, SERVICE_OR_HOST, serviceOf } from './room-arguments.js'
import { binary, RESCODE } from './shapes.js'

const WRITE = { permission: 'rooms.write' }
const TAGS = ['muc']
const WHO = [binary('jid', { until: 2 }), binary('user', { since: 3 }), binary('host', { since: 3 })]
/** Since version 3 `host` is that of the user. */
const SERVICE = [{ ...SERVICE_OR_HOST, until: 2 }, binary('service', { since: 3 })]

/** Nicks that are an account's own (contracts/xmpp.md §3.6). */
export const ROOM_NICK_COMMANDS: readonly BackendCommand[] = [
  {
    access: WRITE,
    name: 'muc_register_nick',
    description: "Make a nick an account's own in all rooms of a service",
    tags: TAGS,
    arguments: [binary('nick'), ...WHO, ...SERVICE],
    result: RESCODE,
    async run(backend, given) {
      const nick = prepareResource(given['nick']!)
      // The original takes an empty one for none.
      if (nick === undefined && given['nick'] !== '') throw invalidArgument('nick')
      return register(backend, given, nick)
    },
  },
  {
    access: WRITE,
    name: 'muc_unregister_nick',
    description: 'Give back the nick of an account at a service',
    tags: TAGS,
    arguments: [...WHO, ...SERVICE],
    result: RESCODE,
    run: (backend, given) => register(backend, given, undefined),
  },
]

async function register(backend: XmppBackend, given: Given, nick: string | undefined): Promise<boolean> {
  const service = await serviceOf(backend, given)
  const jid = accountIn(given, 'jid')
  if (service === undefined) throw invalidArgument('service')
  if (jid === undefined) throw invalidArgument('jid')
  const outcome = await backend.rooms.registerNick(service, jid, nick)
  if (outcome === 'nick_taken') throw refused('Nick already registered')
  return outcome === 'registered'
}
