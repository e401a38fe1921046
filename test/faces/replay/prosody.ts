import { basic } from '../exchange.js'
import { ADMIN, openHouse } from '../house.js'
import { readBlocks } from '../recordings.js'
import type { Script } from './script.js'

export const PROSODY: Script = {
  file: 'prosody-13.0-admin_rest.txt',
  read: readBlocks,
  async open() {
    const house = await openHouse({ start: ['xmpp-server', 'xmpp-admin'] })
    const body = JSON.stringify({ user: 'alice', host: 'localhost', password: 'alicepw' })
    await house.local('/api/register', { method: 'POST', body })
    return { house, url: house.url }
  },
  translate: [
    [basic('admin@localhost', 'adminpw'), ADMIN],
    ['lastactivity', 'sip-registrar'],
    ['module/offline', 'module/sip-provisioning'],
    [': offline"', ': sip-provisioning"'],
    ['"ping"', '"auth"'],
    ['module/ping', 'module/auth'],
  ],
  later: [
    [
      /^(?!.* 404$)\S+ \/admin_rest\/(user|user_connected|users|all-users|roster|message|broadcast)\b/,
      'users, rosters, messages',
    ],
    [
      / \/admin_rest\/(message|roster|whitelist|groups|vcards|user_connected)\b/,
      'messages, rosters, whitelist, groups, vcards',
    ],
    [/ \/admin_rest\/user\/[^/]+/, 'users'],
  ],
  exceptions: {
    'module unload': [200, 'the original answers 500 after doing it; the README says 200'],
    'module unload offline': [404, 'not loaded here'],
    'module load offline': [200, 'the name of another plugin'],
    reload: [200, 'the original looks at its own process and fails; the README says 200'],
  },
  volatile: ['count', 'modules'],
}

export const PROSODY_ORIGINAL: Script = {
  ...PROSODY,
  file: 'prosody-0.12-admin_rest-original.txt',
  later: [...PROSODY.later, [/ \/admin_rest\/user 500$/, 'users']],
}
