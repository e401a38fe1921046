import test from 'ava'
import { child } from '../../../../plugins/xmpp-server/xml/element.js'
import { login } from '../client.js'
import { withXmpp } from '../house.js'

const PING = "<ping xmlns='urn:xmpp:ping'/>"
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas'

test('a presence that goes through many contacts counts as more than its size', async t => {
  await withXmpp(
    async ({ port, register, backend }) => {
      await register('eve@localhost')
      const given = { nick: '', subscription: 'both', groups: [] }
      for (let n = 0; n < 500; n++) await backend.rosters.set('eve@localhost', { jid: `c${n}@localhost`, ...given })
      const eve = await login(port, 'eve@localhost')
      const began = performance.now()
      eve.send('<presence/>'.repeat(6))
      await eve.ask('get', PING)
      // Six times 8000 bytes, of which 16,000 may come at once.
      t.true(performance.now() - began > 2500)
      await eve.close()
    },
    { max_input_rate: 8000 },
  )
})

test('a large answer counts in part as said by who has asked', async t => {
  await withXmpp(
    async ({ port, register }) => {
      await register('eve@localhost')
      const eve = await login(port, 'eve@localhost')
      await eve.ask('set', `<vCard xmlns='vcard-temp'><NOTE>${'x'.repeat(30_000)}</NOTE></vCard>`)
      const began = performance.now()
      for (let n = 0; n < 9; n++) await eve.ask('get', "<vCard xmlns='vcard-temp'/>")
      t.true(performance.now() - began > 800)
      await eve.close()
    },
    { max_input_rate: 20_000 },
  )
})

test('who says much at once lets others have their turns', async t => {
  await withXmpp(async ({ port, register }) => {
    await register('eve@localhost', 'bob@localhost')
    const [eve, bob] = [await login(port, 'eve@localhost'), await login(port, 'bob@localhost')]
    eve.send("<message to='nobody@localhost' type='headline'/>".repeat(1000))
    const order: string[] = []
    await Promise.all([
      eve.ask('get', PING).then(() => order.push('eve')),
      bob.ask('get', PING).then(() => order.push('bob')),
    ])
    t.deepEqual(order, ['bob', 'eve'])
    await Promise.all([eve.close(), bob.close()])
  })
})

test('a block list has a bound in bytes, since it is read for each stanza', async t => {
  await withXmpp(async ({ port, register }) => {
    await register('eve@localhost')
    const eve = await login(port, 'eve@localhost')
    const items = (from: number, length: number) =>
      Array.from({ length: 20 }, (_, n) => `<item jid='${'a'.repeat(length)}${from + n}@localhost'/>`).join('')
    const block = (text: string) => eve.ask('set', `<block xmlns='urn:xmpp:blocking'>${text}</block>`)
    for (const from of [0, 20, 40]) t.is((await block(items(from, 1000))).attributes['type'], 'result')
    const error = child(await block(items(60, 1000)), 'error')!
    t.truthy(child(error, 'resource-constraint', STANZAS))
    t.is((await block(items(60, 1))).attributes['type'], 'result')
    await eve.close()
  })
})
