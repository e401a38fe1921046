import type { BackendCommand } from './command.js'
import { listOf, RESCODE, RESTUPLE } from './shapes.js'

const READ = { permission: 'server.read' }
const TAGS = ['server']
/** The release whose contract this is: clients read it out of `status` and behave accordingly. */
const RELEASE = '23.01-1'

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
    access: { permission: 'server.stop' },
    name: 'stop',
    description: 'End the server',
    tags: TAGS,
    arguments: [],
    result: RESCODE,
    run(_backend, _given, { leave }) {
      leave('the command stop of the ejabberd API')
      return true
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
]
