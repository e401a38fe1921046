import { plugin } from 'patchbay'

export default plugin({
  name: 'xmpp-admin',
  version: '0.1.0',
  description: 'Administration of XMPP: the admin_rest and ejabberd APIs',
  aliases: ['admin_rest', 'mod_http_api'],
  start() {},
})
