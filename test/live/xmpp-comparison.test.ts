import type { ExecutionContext } from 'ava'
import { PASSWORD } from '../../bench/parts/child.js'
import { removeTemporaryFolders } from '../../bench/parts/temporary.js'
import { type Rival, startEjabberd, startProsody } from '../../bench/parts/xmpp-rivals.js'
import { liveTest } from './installed.js'
import { withXmppHouse } from './xmpp-house.js'
import { type Observations, scenario } from './xmpp-scenario.js'

/**
 * Where Patchbay agrees with neither server, and why. By step and client; anything else that differs from both fails
 * the test, and so does an entry that is no longer needed.
 */
const DEVIATIONS: Record<string, string> = {
  'to a resource that is not there: without a type: user0':
    'both deliver it as if it were to the account; RFC 6121 §8.5.3.2.1 asks for silence or this error',
  'to a resource that is not there: without a type: user1': 'the same',
  'a bind again: user0': 'RFC 6120 §7.6.2.2 has for this condition; both answer as to a namespace they do not know',
}

async function observe(rival: Rival | undefined): Promise<Observations> {
  try {
    return await scenario({ port: rival!.port, password: PASSWORD })
  } finally {
    await rival!.end()
  }
}

async function observeOurs(t: ExecutionContext): Promise<Observations> {
  let seen: Observations = {}
  await withXmppHouse(t, async ({ port, command }) => {
    for (const user of ['user0', 'user1']) await command('register', { user, host: 'localhost', password: PASSWORD })
    seen = await scenario({ port, password: PASSWORD })
  })
  return seen
}

liveTest(
  'what two clients observe is what they observe with Prosody or with ejabberd',
  ['prosody', 'ejabberdctl'],
  async t => {
    t.timeout(180_000)
    const some = { store: 'plain', accounts: 2 } as const
    const [ejabberd, prosody] = [await observe(await startEjabberd(some)), await observe(await startProsody(some))]
    const ours = await observeOurs(t)
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
