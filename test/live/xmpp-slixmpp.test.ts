import test, { type ImplementationFn } from 'ava'
import { liveTest } from './installed.js'
import { withXmppHouse } from './xmpp-house.js'
import { hasSlixmpp, startSlixmpp } from './xmpp-programs.js'

/** A test with slixmpp, which is a package of Debian's Python and no program. */
function slixmppTest(title: string, act: ImplementationFn<[]>): void {
  if (hasSlixmpp()) test.serial(title, act)
  else liveTest(title, ['python3-slixmpp'], act)
}

slixmppTest('slixmpp logs in with the strongest mechanism over STARTTLS, and has a roster', async t => {
  await withXmppHouse(t, async ({ account, rest }) => {
    const [bob] = [await account('bob'), await account('alice')]
    t.like(await rest('POST', 'roster/bob', { contact: 'alice@localhost' }), { status: 200 })
    const client = startSlixmpp(bob)
    try {
      t.deepEqual(await client.next('online'), {
        event: 'online',
        jid: 'bob@localhost/slixmpp',
        mechanism: 'SCRAM-SHA-256',
        tls: true,
      })
      t.deepEqual((await client.next('roster'))['items'], ['alice@localhost'])
    } finally {
      await client.end()
    }
    const wrong = startSlixmpp({ ...bob, password: 'wrong' })
    t.truthy(await wrong.next('failed_auth'))
    await wrong.end()
  })
})

slixmppTest('what an administrator does through both faces reaches a connected slixmpp client', async t => {
  await withXmppHouse(t, async ({ account, rest, command }) => {
    const [bob] = [await account('bob'), await account('alice')]
    t.deepEqual(await rest('POST', 'message/bob', { message: 'before' }), {
      status: 202,
      result: 'Message sent to offline queue: bob@localhost',
    })
    const client = startSlixmpp(bob)
    try {
      await client.next('online')
      t.like(await client.next('message'), { sender: 'localhost', body: 'before' })
      t.deepEqual(await rest('POST', 'message/bob', { message: 'héllo & <bye>' }), {
        status: 200,
        result: 'Message sent to user: bob@localhost',
      })
      t.like(await client.next('message'), { sender: 'localhost', body: 'héllo & <bye>' })
      t.deepEqual(await rest('POST', 'broadcast', { message: 'to all' }), { status: 200, result: { count: 1 } })
      t.like(await client.next('message'), { body: 'to all' })

      const chat = { type: 'chat', from: 'alice@localhost', to: 'bob@localhost', subject: '', body: 'as alice' }
      t.is(await command('send_message', chat), 0)
      t.like(await client.next('message'), { sender: 'alice@localhost', body: 'as alice' })

      client.events.length = 0
      t.like(await rest('POST', 'roster/bob', { contact: 'alice@localhost' }), { status: 200 })
      t.deepEqual((await client.next('roster'))['items'], ['alice@localhost'])

      t.deepEqual(await rest('GET', 'users/count'), { status: 200, result: { count: 1 } })
      t.is(await command('change_password', { user: 'bob', host: 'localhost', newpass: 'changed' }), 0)
      await client.next('closed')
    } finally {
      await client.end()
    }

    const again = startSlixmpp({ ...bob, password: 'changed' })
    try {
      await again.next('online')
      const kick = { user: 'bob', host: 'localhost', resource: 'slixmpp', reason: 'enough' }
      t.is(await command('kick_session', kick), 0)
      await again.next('closed')
      t.like(await rest('GET', 'user/bob/connected'), { status: 404 })
    } finally {
      await again.end()
    }
  })
})
