import test from 'ava'
import { enter, from, refusal, say, saying, withParty } from './party.js'

test('nobody leaves a room, and nothing said is lost, while the server is reloaded', async t => {
  await withParty(async ({ guest, client, kernel }) => {
    const alice = await guest('alice')
    const bob = await guest('bob')
    for (let n = 0; n < 20; n++) {
      const reloading = kernel.kernel.reload('xmpp-server')
      for (let m = 0; m < 5; m++) say(alice, `m${n}-${m}`)
      await reloading
    }
    for (let n = 0; n < 20; n++) for (let m = 0; m < 5; m++) await bob.next(saying(`m${n}-${m}`))
    t.true(await bob.nothing(from('alice', 'unavailable')))
    t.is(refusal(await enter(await client('carol'), 'carol')), undefined)
    await alice.next(from('carol'))
    await bob.close()
    await alice.next(from('bob', 'unavailable'))
  })
})
