import { login } from '../../plugins/xmpp-server/client.js'
import { xmppPort } from '../../support/xmpp-port.js'
import { EVERYTHING_ELSE, openHouse } from '../house.js'
import { readBlocks } from '../recordings.js'
import type { Script } from './script.js'

/** Of the lab: everybody on this machine may do everything but stop and start it. */
const API_PERMISSIONS = { lab: { who: { ip: '127.0.0.1/8' }, what: ['*', '!stop', '!start'] } }

export const EJABBERD: Script = {
  file: 'ejabberd-23.01-api.txt',
  read: readBlocks,
  async open() {
    const ejabberd = {
      port: 0,
      request_handlers: { '/api': 'mod_http_api', '/apiv1/v1': 'mod_http_api', '/oauth': 'ejabberd_oauth' },
    }
    const house = await openHouse({
      start: ['xmpp-server', 'xmpp-admin'],
      config: {
        listen: [ejabberd, EVERYTHING_ELSE],
        api_permissions: API_PERMISSIONS,
        oauth_access: 'all',
        node_names: { ejabberd: 'ejlab@localhost' },
      },
      plugins: { 'xmpp-server': { port: 0, tls_port: 0, scram_iterations: 4096 } },
    })
    for (const [user, password] of [
      ['alice', 'alicepw'],
      ['bob', 'bobpw'],
      ['john', 'somePass'],
    ]) {
      const body = JSON.stringify({ user, host: 'localhost', password })
      await house.local('/api/register', { method: 'POST', body })
    }
    await login(xmppPort(house), 'alice@localhost/lab', { password: 'alicepw', presence: '<presence/>' })
    return { house, url: house.url }
  },
  translate: [
    // Operators have no account.
    ['"admin",', ''],
    // Two of the lab's guests came without being recorded.
    ['"dave","gouser",', ''],
    // The curl lines are printed with their backslashes doubled.
    ['\\\\"', '\\"'],
    ['\\^', '^'],
    ['mod_ping', 'auth'],
  ],
  later: [],
  exceptions: {
    'unknown command POST existing atom': [404, 'every name that is no command is the same here'],
    'stats registeredusers': [200, 'admin is an operator and has no account, and guests of the lab were not recorded'],
    'get_offline_count on v1 path': [200, 'a bare number: 23.01 takes v1 in a path, but its encoding came with 24.02'],
    'get_offline_count old arg name server': [200, 'one of the four messages came while the lab was not recorded'],
  },
  bodyless: / \/api\/(modules_available)\b.* 200$/,
  // The lab's client spoke TLS, that of the test does not.
  volatile: ['timestamp', 'uptime', 'port', 'token', 'connection'],
}
