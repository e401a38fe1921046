import { setTimeout as pause } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { Store } from '../../../../kernel/store/store.js'
import { lasting } from '../../../support/lasting.js'
import { openXmpp, type XmppHouse } from '../house.js'

test('whom a process did not get to tell that an account is gone, the next one tells', async t => {
  const store = await Store.inMemory()
  const rosters = store.namespace<object>('xmpp-server', 'rosters')
  const farewells = store.namespace<object>('xmpp-server', 'farewells')
  const entry = 'localhost/bob/alice@localhost'
  const first = await openXmpp({}, { store: lasting(store) })
  await first.register('alice@localhost', 'bob@localhost')
  await first.backend.rosters.subscribeBoth('alice@localhost', 'bob@localhost')
  const seen = await rosters.get(entry)
  await first.backend.accounts.unregister('alice@localhost')
  await parted(t, first)
  await pause(50)
  t.deepEqual((await farewells.page(1)).entries, [])
  await first.close()

  // As the batch of the removal has left it.
  await rosters.put(entry, seen!)
  await farewells.put('localhost/alice/x', {
    account: 'alice@localhost',
    contacts: ['bob@localhost', 'gone@localhost'],
  })
  const second = await openXmpp({}, { store: lasting(store) })
  await parted(t, second)
  await pause(50)
  t.deepEqual((await farewells.page(1)).entries, [])
  await second.close()
  await Promise.all([rosters.close(), farewells.close()])
  await store.close()
})

async function parted(t: ExecutionContext, { backend }: XmppHouse): Promise<void> {
  for (let left = 100; left > 0; left--) {
    const [contact] = await backend.rosters.get('bob@localhost')
    if (contact?.subscription === 'none') return
    await pause(20)
  }
  t.fail('bob still sees the account that is gone')
}
