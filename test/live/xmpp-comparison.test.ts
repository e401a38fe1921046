import type { ExecutionContext } from 'ava'
import { PASSWORD } from '../../bench/parts/child.js'
import { basic } from '../../bench/parts/load.js'
import { removeTemporaryFolders } from '../../bench/parts/temporary.js'
import { type Rival, startEjabberd, startProsody } from '../../bench/parts/xmpp-rivals.js'
import { elements, textOf } from '../../plugins/xmpp-server/xml/element.js'
import { login } from '../plugins/xmpp-server/client.js'
import { liveTest } from './installed.js'
import { withXmppHouse } from './xmpp-house.js'
import { roomsScenario } from './xmpp-rooms-scenario.js'
import { type Observations, type Stage, scenario } from './xmpp-scenario.js'

const ADMIN = basic('admin@localhost', PASSWORD)

/**
 * Where Patchbay agrees with neither server, and why. By step and client; anything else that differs from both fails
 * the test, and so does an entry that is no longer needed.
 */
const DEVIATIONS: Record<string, string> = {
  'to a resource that is not there: without a type: user0':
    'both deliver it as if it were to the account; RFC 6121 §8.5.3.2.1 asks for silence or this error',
  'to a resource that is not there: without a type: user1': 'the same',
  'a bind again: user0': 'RFC 6120 §7.6.2.2 has for this condition; both answer as to a namespace they do not know',
  'in a room: and no longer is one: user1':
    'a role as who enters would get it (XEP-0045 §5.1.2), and nothing of others, who have not changed',
  'in a room: it is destroyed: user0':
    'XEP-0045 §10.9 has no affiliation left; Prosody leaves it, and ejabberd does not say who is meant (status 110)',
  'in a room: it is destroyed: user1': 'the same',
}

async function play(stage: Stage): Promise<Observations> {
  return { ...(await scenario(stage)), ...(await roomsScenario(stage)) }
}

async function observe(rival: Rival | undefined): Promise<Observations> {
  try {
    return await play({ port: rival!.port, password: PASSWORD })
  } finally {
    await rival!.end()
  }
}

async function observeOurs(t: ExecutionContext): Promise<Observations> {
  let seen: Observations = {}
  await withXmppHouse(t, async ({ port, command }) => {
    for (const user of ['user0', 'user1']) await command('register', { user, host: 'localhost', password: PASSWORD })
    seen = await play({ port, password: PASSWORD })
  })
  return seen
}

liveTest('the stream of a client that is kicked ends as it does at ejabberd', ['ejabberdctl'], async t => {
  const ejabberd = (await startEjabberd({ store: 'plain', accounts: 1 }))!
  const ask = (url: string, name: string, given: object) =>
    fetch(`${url}/api/${name}`, { method: 'POST', headers: { Authorization: ADMIN }, body: JSON.stringify(given) })
  const theirs = await kicked(ejabberd.port, (name, given) => ask(`http://127.0.0.1:${ejabberd.http}`, name, given))
  await ejabberd.end()
  await withXmppHouse(t, async ({ port, command }) => {
    await command('register', { user: 'user0', host: 'localhost', password: PASSWORD })
    t.deepEqual(await kicked(port, command), theirs)
  })
  t.is(theirs.length, 2)
  removeTemporaryFolders()
})

/** The errors, with their texts, that streams of `user0` end with. */
async function kicked(port: number, command: (name: string, given: object) => Promise<unknown>): Promise<string[]> {
  const ends: string[] = []
  const account = { user: 'user0', host: 'localhost' }
  for (const [name, more] of [
    ['kick_session', { resource: 'lab', reason: 'enough' }],
    ['kick_user', {}],
  ] as const) {
    const client = await login(port, 'user0@localhost/lab', { password: PASSWORD, presence: '<presence/>' })
    await client.ask('get', "<ping xmlns='urn:xmpp:ping'/>", 'localhost')
    await command(name, { ...account, ...more })
    const error = await client.next('error')
    ends.push(
      elements(error)
        .map(each => `${each.name} ${textOf(each)}`.trim())
        .join(', '),
    )
    await client.closed
  }
  return ends
}

liveTest(
  'what two clients observe is what they observe with Prosody or with ejabberd',
  ['prosody', 'ejabberdctl'],
  async t => {
    t.timeout(180_000)
    const some = { store: 'plain', accounts: 2 } as const
    const [ejabberd, prosody, ours] = await Promise.all([
      startEjabberd(some).then(observe),
      startProsody(some).then(observe),
      observeOurs(t),
    ])
    removeTemporaryFolders()
    // Whose turn comes first within one step is nobody's promise.
    const line = (heard: string[] | undefined) => JSON.stringify([...(heard ?? [])].sort())
    const different: Record<string, unknown> = {}
    for (const [step, clients] of Object.entries(ours)) {
      for (const client of ['user0', 'user1'] as const) {
        const theirs = [prosody[step]?.[client], ejabberd[step]?.[client]] as const
        if (theirs.some(heard => line(heard) === line(clients[client]))) continue
        different[`${step}: ${client}`] = { ours: clients[client], prosody: theirs[0], ejabberd: theirs[1] }
      }
    }
    t.deepEqual(Object.keys(ours), Object.keys(prosody))
    t.deepEqual(Object.keys(different), Object.keys(DEVIATIONS), JSON.stringify(different, null, 1))
  },
)
