import type { XmppBackend } from '../backend.js'
import { internalError } from './checks.js'
import { type BackendCommand, knownHost } from './command.js'
import { binary, HOST, integer } from './shapes.js'

const ACCESS = { permission: 'server.read' }
const TAGS = ['statistics']
const S2S = ['statistics', 's2s']

const OF_THE_SERVER: Readonly<Record<string, (backend: XmppBackend) => number | Promise<number>>> = {
  registeredusers: async backend => {
    const counts = (await backend.hosts()).map(host => backend.accounts.count(host))
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  },
  onlineusers: backend => backend.sessions.count(),
  onlineusersnode: backend => backend.sessions.count(),
  uptimeseconds: ({ startedAt }) => Math.floor((Date.now() - startedAt.getTime()) / 1000),
  // Erlang counts its own light ones; here one serves everybody.
  processes: () => 1,
}
const OF_A_HOST: Readonly<Record<string, (backend: XmppBackend, host: string) => Promise<number>>> = {
  registeredusers: (backend, host) => backend.accounts.count(host),
  onlineusers: (backend, host) => backend.sessions.count({ host }),
}

/** Figures (contracts/xmpp.md §3.6). */
export const STATISTICS_COMMANDS: readonly BackendCommand[] = [
  {
    access: ACCESS,
    reads: true,
    name: 'stats',
    description: `Tell a figure: ${Object.keys(OF_THE_SERVER).join(', ')}`,
    tags: TAGS,
    policy: 'admin',
    arguments: [binary('name')],
    result: integer('stat'),
    run: (backend, { name }) => named(OF_THE_SERVER, name!)(backend),
  },
  {
    access: ACCESS,
    reads: true,
    name: 'stats_host',
    description: `Tell a figure of a host: ${Object.keys(OF_A_HOST).join(', ')}`,
    tags: TAGS,
    policy: 'admin',
    arguments: [binary('name'), HOST],
    result: integer('stat'),
    async run(backend, { name, host }) {
      const figure = named(OF_A_HOST, name!)
      const known = await knownHost(backend, host!)
      return known === undefined ? 0 : figure(backend, known)
    },
  },
  {
    access: ACCESS,
    reads: true,
    name: 'incoming_s2s_number',
    description: 'Count the connections from other servers: none, since there is no federation',
    tags: S2S,
    policy: 'admin',
    arguments: [],
    result: integer('s2s_incoming'),
    run: () => 0,
  },
  {
    access: ACCESS,
    reads: true,
    name: 'outgoing_s2s_number',
    description: 'Count the connections to other servers: none, since there is no federation',
    tags: S2S,
    policy: 'admin',
    arguments: [],
    result: integer('s2s_outgoing'),
    run: () => 0,
  },
]

function named<T>(figures: Readonly<Record<string, T>>, name: string): T {
  if (!Object.hasOwn(figures, name)) throw internalError()
  return figures[name]!
}
