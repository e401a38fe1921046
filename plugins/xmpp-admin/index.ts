import { plugin } from 'patchbay'
import { contributeRestCommands } from './admin-rest/command.js'
import { REST_COMMANDS } from './admin-rest/commands.js'
import type { XmppBackend } from './backend.js'
import { ACCOUNT_COMMANDS } from './ejabberd/accounts.js'
import { contributeCommands } from './ejabberd/command.js'
import { ROSTER_COMMANDS } from './ejabberd/rosters.js'
import { SERVER_COMMANDS } from './ejabberd/server.js'
import { SESSION_COMMANDS } from './ejabberd/sessions.js'
import { options } from './options.js'

const EJABBERD_COMMANDS = [...ACCOUNT_COMMANDS, ...SESSION_COMMANDS, ...ROSTER_COMMANDS, ...SERVER_COMMANDS]

export default plugin({
  name: 'xmpp-admin',
  version: '0.1.0',
  description: 'Administration of XMPP: the admin_rest and ejabberd APIs',
  aliases: ['admin_rest', 'mod_http_api'],
  uses: ['xmpp-backend'],
  config: options,
  permissions: {
    'accounts.read': 'See accounts',
    'accounts.write': 'Make, change and remove accounts',
    'passwords.check': 'Try the passwords of accounts',
    'sessions.read': 'See who is connected',
    'roster.read': 'See rosters',
    'roster.write': 'Change rosters',
    'messages.send': 'Send messages to users, in whoever’s name',
    'groups.write': 'Make, change and remove groups and their members',
    'vcards.read': 'See vCards',
    'vcards.write': 'Change vCards',
    'server.read': 'See which hosts are served, and by what',
    'server.stop': 'End the server',
  },
  start(ctx) {
    const backend = ctx.service<XmppBackend>('xmpp-backend')
    contributeCommands(ctx, backend, EJABBERD_COMMANDS)
    contributeRestCommands(ctx, backend, REST_COMMANDS)
  },
})
