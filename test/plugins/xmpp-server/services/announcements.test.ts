import test from 'ava'
import { child, elements, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import { login } from '../client.js'
import { withXmpp } from '../house.js'

const PRESENCE = { presence: '<presence/>' }
const announce = (to: string, body = 'Down at 6') =>
  `<message to='${to}' id='a1'><subject>Maintenance</subject>${body && `<body>${body}</body>`}</message>`

test('an administrator of a host speaks to everybody who is online there, or to all its accounts', async t => {
  await withXmpp(async ({ port, register, backend: { accounts } }) => {
    await register('root@localhost', 'alice@localhost', 'bob@localhost', 'carol@b.example')
    await accounts.setRole('root@localhost', 'prosody:admin')
    const root = await login(port, 'root@localhost')
    const alice = await login(port, 'alice@localhost', PRESENCE)
    const carol = await login(port, 'carol@b.example', PRESENCE)
    t.true(await alice.nothing('message'))
    root.send(announce('localhost/announce/online'))
    const heard = await alice.next('message')
    t.like(heard.attributes, { from: 'localhost', to: 'alice@localhost', type: 'headline' })
    t.is(textOf(child(heard, 'subject')), 'Maintenance')
    t.is(textOf(child(heard, 'body')), 'Down at 6')
    root.send(announce('localhost/announce/all', 'For all'))
    t.is(textOf(child(await alice.next('message'), 'body')), 'For all')
    const bob = await login(port, 'bob@localhost', PRESENCE)
    t.is(textOf(child(await bob.next('message'), 'body')), 'For all')
    t.true(await carol.nothing('message'))
    // Also whoever shows no presence: an administrator's words concern everybody who is connected.
    t.is((await root.next('message')).attributes['type'], 'headline')
    t.is(textOf(child(await root.next('message'), 'body')), 'For all')
  })
})

test('nobody else may, nor an administrator on another host, but one of the whole server may everywhere', async t => {
  await withXmpp(async ({ port, register, backend: { accounts } }) => {
    await register('root@localhost', 'alice@localhost', 'carol@b.example')
    await accounts.setRole('root@localhost', 'prosody:admin')
    const carol = await login(port, 'carol@b.example', PRESENCE)
    const alice = await login(port, 'alice@localhost', PRESENCE)
    const root = await login(port, 'root@localhost', PRESENCE)
    const refusal = async (client: typeof root, to: string, body?: string) => {
      client.send(announce(to, body))
      const answer = await client.next(({ name, attributes }) => name === 'message' && attributes['type'] === 'error')
      t.is(answer.attributes['from'], to)
      return elements(child(answer, 'error')!)[0]!.name
    }
    for (const to of ['localhost/announce/online', 'localhost/announce/all', 'b.example/announce/all-hosts/online']) {
      t.is(await refusal(alice, to), 'forbidden')
    }
    t.is(await refusal(root, 'b.example/announce/online'), 'forbidden')
    t.is(await refusal(root, 'localhost/announce/all-hosts/online'), 'forbidden')
    t.is(await refusal(root, 'localhost/announce/online', ''), 'not-acceptable')
    t.is(await refusal(root, 'localhost/announce/other'), 'service-unavailable')
    t.true(await carol.nothing('message'))
    t.true(await alice.nothing('message'))
    await accounts.setRole('root@localhost', 'prosody:operator')
    root.send(announce('localhost/announce/all-hosts/online'))
    for (const client of [carol, alice, root]) t.is((await client.next('message')).attributes['from'], 'localhost')
  })
})
