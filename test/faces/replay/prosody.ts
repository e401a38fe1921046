import { xmppLibrary } from '../../plugins/xmpp-server/xmpp-client.js'
import { xmppPort } from '../../support/xmpp-port.js'
import { basic } from '../exchange.js'
import { ADMIN, openHouse } from '../house.js'
import { readBlocks } from '../recordings.js'
import type { Script } from './script.js'

const CRASH = 'the original crashes; this is the nearest documented answer'
const LOCKED_OUT = 'the original locks everybody out; the README says what it should do'
const MULTICAST = 'never reached in any release; the README says what it should do'
const HALF_WRITTEN = "without the entries that the original's crashes leave behind"

const open = (profile: string) => async () => {
  const plugins = { 'xmpp-admin': { admin_rest_profile: profile } }
  const house = await openHouse({ start: ['xmpp-server', 'xmpp-admin'], plugins })
  for (const user of ['alice', 'bob']) {
    const body = JSON.stringify({ user, host: 'localhost', password: `${user}pw` })
    await house.local('/api/register', { method: 'POST', body })
  }
  const { client, xml } = xmppLibrary()
  // The certificate of the house vouches for itself.
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  const service = `xmpp://127.0.0.1:${xmppPort(house)}`
  const alice = client({ service, domain: 'localhost', username: 'alice', password: 'alicepw', resource: 'lab' })
  alice.on('error', () => undefined)
  await alice.start()
  await alice.send(xml('presence'))
  // Answered once the presence has been seen to.
  await alice.iqCaller.get(xml('ping', 'urn:xmpp:ping'))
  // The last block was recorded later, with nobody online.
  const before = { 'delete user': () => alice.stop() }
  return { house, url: house.url, before }
}

export const PROSODY: Script = {
  file: 'prosody-13.0-admin_rest.txt',
  read: readBlocks,
  open: open('fork'),
  translate: [
    [basic('admin@localhost', 'adminpw'), ADMIN],
    ['lastactivity', 'sip-registrar'],
    ['"ping"', '"auth"'],
    ['module/ping', 'module/auth'],
  ],
  later: [],
  exceptions: {
    'all-users': [200, 'it is later than the documented module, and the recorded answer is empty'],
    'get user foreign host': [404, CRASH],
    'create json string': [400, CRASH],
    'create json null': [400, CRASH],
    'create json number': [400, CRASH],
    'roster add remote contact': [404, 'it crashes half-way; nobody elsewhere could be reached'],
    'roster add bare name contact': [404, 'it crashes half-way; a contact is a JID'],
    'roster get after odd adds': [200, HALF_WRITTEN],
    'multicast recipients form': [200, MULTICAST],
    'multicast README array form': [200, MULTICAST],
    'multicast none valid': [404, MULTICAST],
    'multicast empty': [404, MULTICAST],
    'module unload': [200, 'the original answers 500 after doing it; the README says 200'],
    'whitelist add no ip': [404, CRASH],
    'whitelist add other': [200, LOCKED_OUT],
    'whitelist get': [200, LOCKED_OUT],
    'whitelist add second': [200, LOCKED_OUT],
    'whitelist remove': [200, LOCKED_OUT],
    'whitelist remove self': [400, 'whoever is changing the list is not locked out by it'],
    'after removing self': [200, LOCKED_OUT],
    'rosters after group': [200, 'a JID as a member is the account that it names, not rubbish'],
    reload: [200, 'the original looks at its own process and fails; the README says 200'],
    'module unload offline': [404, 'offline messages are an option of the server, not a plugin'],
    'module load offline': [500, 'offline messages are an option of the server, not a plugin'],
    'message offline user without mod_offline': [202, 'the store of offline messages is still on'],
    'message with non-string': [400, CRASH],
  },
  // Which plugins there are is the house's own; what they are called, too.
  bodyless: / \/admin_rest\/modules\b/,
  volatile: ['id', 'group_id'],
  prune: sorted,
}

export const PROSODY_ORIGINAL: Script = {
  ...PROSODY,
  file: 'prosody-0.12-admin_rest-original.txt',
  open: open('original'),
  exceptions: {
    ...without(PROSODY.exceptions, 'get user foreign host', 'all-users'),
    'get user full jid, encoded @': [200, 'JIDs are understood in both profiles'],
    'get user full jid, raw @': [200, 'JIDs are understood in both profiles'],
    'create full jid': [201, 'JIDs are understood in both profiles'],
    'get user, no name': [404, CRASH],
    'create bad json': [400, CRASH],
    'create no name': [404, CRASH],
    'delete user no name': [404, CRASH],
    'multicast no recipients': [404, CRASH],
    'roster after delete': [200, HALF_WRITTEN],
  },
}

/** The other recording's answer is the one that is given. */
function without(exceptions: Script['exceptions'], ...ids: readonly string[]): Script['exceptions'] {
  return Object.fromEntries(Object.entries(exceptions).filter(([id]) => !ids.includes(id)))
}

/** The originals' keys are in no order; only the event backend of one of them knows `ip` and `port`. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => key !== 'ip' && key !== 'port')
  return Object.fromEntries(entries.sort().map(([key, each]) => [key, sorted(each)]))
}
