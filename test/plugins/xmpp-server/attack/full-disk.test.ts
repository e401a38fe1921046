import test from 'ava'
import { KernelError } from 'patchbay'
import { Store } from '../../../../kernel/store/store.js'
import { textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { enter, isError, ROOM, say, saying, withParty } from '../muc/party.js'

/** A store whose disk can be full. */
async function smallDisk(): Promise<{ store: Store; disk: { full: boolean } }> {
  const disk = { full: false }
  const store = await Store.inMemory()
  const open = store.namespace.bind(store)
  store.namespace = <V>(owner: string, name: string) => {
    const namespace = open<V>(owner, name)
    for (const verb of ['put', 'delete', 'batch'] as const) {
      const write = namespace[verb].bind(namespace) as (...given: unknown[]) => Promise<void>
      const refusing = async (...given: unknown[]) => {
        if (disk.full) throw new KernelError('data_unwritable', 'the disk is full')
        await write(...given)
      }
      Object.assign(namespace, { [verb]: refusing })
    }
    return namespace
  }
  return { store, disk }
}

test('an account that could not be removed keeps its rooms and nicks', async t => {
  const { store, disk } = await smallDisk()
  await withParty(
    async ({ guest, backend: { rooms, accounts } }) => {
      await guest('alice')
      await rooms.setOption(ROOM, { name: 'persistent', value: 'true' })
      await rooms.registerNick('conference.localhost', 'alice@localhost', 'queen')
      disk.full = true
      await t.throwsAsync(accounts.unregister('alice@localhost'), { message: /full/ })
      t.is(await rooms.affiliation(ROOM, 'alice@localhost'), 'owner')
      t.is(await rooms.registerNick('conference.localhost', 'bob@localhost', 'queen'), 'nick_taken')
      disk.full = false
      t.is(await accounts.unregister('alice@localhost'), 'unregistered')
      t.is(await rooms.affiliation(ROOM, 'alice@localhost'), 'none')
      t.is(await rooms.registerNick('conference.localhost', 'bob@localhost', 'queen'), 'registered')
    },
    {},
    { store },
  )
})

test('with a full disk rooms carry what is said, and nobody stays in one as a ghost', async t => {
  const { store, disk } = await smallDisk()
  await withParty(
    async ({ guest, client, backend: { rooms } }) => {
      const alice = await guest('alice')
      await guest('bob', { room: 'other@conference.localhost' })
      for (const room of [ROOM, 'other@conference.localhost']) {
        await rooms.setOption(room, { name: 'persistent', value: 'true' })
      }
      const carol = await client('carol')
      await enter(carol, 'carol')
      await enter(carol, 'carol', 'other@conference.localhost')
      disk.full = true
      say(carol, 'still here')
      await alice.next(saying('still here'))
      alice.send(`<message to='${ROOM}' type='groupchat'><subject>new</subject></message>`)
      t.is((await alice.next(isError)).name, 'message')
      await alice.close()
      await carol.close()
      for (let n = 0; n < 100 && (await rooms.occupants('other@conference.localhost'))!.length > 1; n++) {
        await new Promise(resolve => setTimeout(resolve, 10))
      }
      t.deepEqual(await rooms.occupants(ROOM), [])
      t.is((await rooms.occupants('other@conference.localhost'))!.length, 1)
      disk.full = false
      const dave = await client('dave')
      dave.send(`<presence to='${ROOM}/dave'><x xmlns='http://jabber.org/protocol/muc'/></presence>`)
      const subject = await dave.next(({ children }) =>
        children.some(each => typeof each !== 'string' && each.name === 'subject'),
      )
      t.is(textOf(subject.children[0] as never), '')
    },
    {},
    { store },
  )
})
