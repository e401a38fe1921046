import { plugin } from 'patchbay'
import { contributeRestCommands } from './admin-rest/command.js'
import { REST_COMMANDS } from './admin-rest/commands.js'
import type { XmppBackend } from './backend.js'
import { contributeCommands } from './ejabberd/command.js'
import { EJABBERD_COMMANDS } from './ejabberd/commands.js'
import { options } from './options.js'

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
    'sessions.write': 'End sessions, and show a presence in their name',
    'roster.read': 'See rosters',
    'roster.write': 'Change rosters',
    'rooms.read': 'See rooms',
    'rooms.write': 'Make, change and end rooms',
    'messages.send': 'Send messages and stanzas in the name of anybody',
    'messages.read': 'See the messages that wait for their readers',
    'messages.write': 'Remove messages that wait for their readers',
    'vcards.read': 'See vCards and private storage',
    'vcards.write': 'Change vCards and private storage',
    'groups.read': 'See groups and their members',
    'groups.write': 'Make, change and remove groups',
    'server.read': 'See which hosts are served, and by what',
    'server.stop': 'End the server',
  },
  async start(ctx) {
    const backend = ctx.service<XmppBackend>('xmpp-backend')
    contributeRestCommands(ctx, backend, REST_COMMANDS)
    await contributeCommands(ctx, backend, EJABBERD_COMMANDS)
  },
})
