import { login } from '../../plugins/xmpp-server/client.js'
import { EVERYTHING_ELSE, openHouse, type TestHouse } from '../house.js'
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
    const alice = await login(xmppPort(house), 'alice@localhost/lab', { password: 'alicepw', presence: '<presence/>' })
    return { house, url: house.url, clients: [{ end: () => alice.socket.destroy() }] }
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
  },
  bodyless: / \/api\/(modules_available)\b.* 200$/,
  // The lab's client spoke TLS, that of the test does not.
  volatile: ['timestamp', 'uptime', 'port', 'token', 'connection'],
}

function xmppPort({ log }: TestHouse): number {
  const said = log.map(({ message }) => message).find(message => /^XMPP is listening on .* \(tcp\)$/.test(message))
  return Number(/:(\d+) /.exec(said ?? '')?.[1])
}
