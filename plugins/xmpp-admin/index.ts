import { plugin } from 'patchbay'
import type { XmppBackend } from './backend.js'
import { ACCOUNT_COMMANDS } from './ejabberd/accounts.js'
import { contributeCommands } from './ejabberd/command.js'
import { ROOM_COMMANDS } from './ejabberd/rooms.js'
import { ROOM_PEOPLE_COMMANDS } from './ejabberd/rooms-people.js'
import { ROOM_SUBSCRIPTION_COMMANDS } from './ejabberd/rooms-subscriptions.js'
import { ROOM_UPKEEP_COMMANDS } from './ejabberd/rooms-upkeep.js'
import { ROSTER_COMMANDS } from './ejabberd/rosters.js'
import { SERVER_COMMANDS } from './ejabberd/server.js'
import { SESSION_COMMANDS } from './ejabberd/sessions.js'

const EJABBERD_COMMANDS = [
  ...ACCOUNT_COMMANDS,
  ...SESSION_COMMANDS,
  ...ROSTER_COMMANDS,
  ...ROOM_COMMANDS,
  ...ROOM_PEOPLE_COMMANDS,
  ...ROOM_SUBSCRIPTION_COMMANDS,
  ...ROOM_UPKEEP_COMMANDS,
  ...SERVER_COMMANDS,
]

export default plugin({
  name: 'xmpp-admin',
  version: '0.1.0',
  description: 'Administration of XMPP: the admin_rest and ejabberd APIs',
  aliases: ['admin_rest', 'mod_http_api'],
  uses: ['xmpp-backend'],
  permissions: {
    'accounts.read': 'See accounts',
    'accounts.write': 'Make, change and remove accounts',
    'passwords.check': 'Try the passwords of accounts',
    'sessions.read': 'See who is connected',
    'roster.read': 'See rosters',
    'roster.write': 'Change rosters',
    'rooms.read': 'See rooms',
    'rooms.write': 'Make, change and end rooms',
    'server.read': 'See which hosts are served, and by what',
    'server.stop': 'End the server',
  },
  start(ctx) {
    const backend = ctx.service<XmppBackend>('xmpp-backend')
    contributeCommands(ctx, backend, EJABBERD_COMMANDS)
  },
})
