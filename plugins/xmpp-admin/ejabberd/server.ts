import { EjabberdError, invalidArgument } from 'patchbay'
import { checkText } from './checks.js'
import type { BackendCommand } from './command.js'
import { atom, integer, listOf, RESCODE, RESTUPLE, text } from './shapes.js'

const READ = { permission: 'server.read' }
const STOP = { permission: 'server.stop' }
const TAGS = ['server']
/** The release whose contract this is: clients read it out of `status` and behave accordingly. */
const RELEASE = '23.01-1'
const LONGEST_DELAY_SECONDS = 86_400

/** The server itself (contracts/xmpp.md §3.6). */
export const SERVER_COMMANDS: readonly BackendCommand[] = [
  {
    access: READ,
    reads: true,
    name: 'status',
    description: 'Tell whether the server is running, and which release it speaks',
    tags: TAGS,
    arguments: [],
    result: RESTUPLE,
    // The original joins its two sentences without a space.
    run: (_backend, _given, { node }) =>
      `The node ${node} is started. Status: startedejabberd ${RELEASE} is running in that node`,
  },
  {
    access: STOP,
    name: 'stop',
    description: 'End the server',
    tags: TAGS,
    arguments: [],
    result: RESCODE,
    run(_backend, _given, { leave }) {
      leave('the command stop of the ejabberd API', 0)
      return true
    },
  },
  {
    access: STOP,
    name: 'stop_kindly',
    description: 'Tell everybody who is online, and end the server after so many seconds',
    details: 'It answers at once; calling it again sets the time anew.',
    tags: TAGS,
    arguments: [integer('delay'), text('announcement')],
    result: RESCODE,
    async run(backend, { delay, announcement }, { leave }) {
      const seconds = Number(delay)
      if (seconds < 0 || seconds > LONGEST_DELAY_SECONDS) {
        throw invalidArgument('delay', `from 0 to ${LONGEST_DELAY_SECONDS} seconds`)
      }
      const body = checkText('announcement', announcement!)
      leave('the command stop_kindly of the ejabberd API', seconds)
      if (body === '') return true
      for (const host of await backend.hosts()) {
        await backend.messages.broadcast({ from: host, type: 'headline', body }, { host })
      }
      return true
    },
  },
  {
    access: STOP,
    name: 'restart',
    description: 'Refused: a process cannot start itself again',
    tags: TAGS,
    arguments: [],
    result: RESCODE,
    run() {
      throw new EjabberdError(
        400,
        'Patchbay cannot start itself again and goes on: restart it with its service manager, or its parts with restart_module',
      )
    },
  },
  {
    access: READ,
    reads: true,
    name: 'registered_vhosts',
    description: 'List the hosts that are served',
    tags: TAGS,
    arguments: [],
    result: listOf('vhosts', 'vhost'),
    run: backend => backend.hosts(),
  },
  {
    access: READ,
    reads: true,
    name: 'list_cluster',
    description: 'List the nodes of the cluster: this one',
    tags: ['cluster'],
    arguments: [],
    result: listOf('nodes', atom('node')),
    run: (_backend, _given, { node }) => [node],
  },
]
