import { join } from 'node:path'
import { liveTest } from './installed.js'
import { withXmppHouse } from './xmpp-house.js'
import { type Driven, type Login, sendWith, startMcabber, startProfanity, until } from './xmpp-programs.js'

// Debian's XMPP clients against the embedded server, in a process of its own, over STARTTLS with its own certificate.

liveTest('go-sendxmpp sends over STARTTLS what an absent account gets later', ['go-sendxmpp'], async t => {
  await withXmppHouse(t, async ({ account, command }) => {
    const [alice] = [await account('alice'), await account('bob')]
    await sendWith('go-sendxmpp', alice, 'bob@localhost', 'grüße <&>', ['-n'])
    t.deepEqual(await command('get_offline_count', { user: 'bob', host: 'localhost' }), { value: 1 })
    const wrong = { ...alice, password: 'wrong' }
    await t.throwsAsync(sendWith('go-sendxmpp', wrong, 'bob@localhost', 'x', ['-n']), { message: /ended with 1/ })
  })
})

for (const [how, options] of [
  ['without TLS', []],
  ['over STARTTLS', ['-t', '-n']],
] as const) {
  liveTest(`sendxmpp sends ${how} what an absent account gets later`, ['sendxmpp'], async t => {
    await withXmppHouse(t, async ({ account, command }) => {
      const [alice] = [await account('alice'), await account('bob')]
      await sendWith('sendxmpp', alice, 'bob@localhost', 'hello', options)
      t.deepEqual(await command('get_offline_count', { user: 'bob', host: 'localhost' }), { value: 1 })
      const wrong = { ...alice, password: 'wrong' }
      await t.throwsAsync(sendWith('sendxmpp', wrong, 'bob@localhost', 'x', options), { message: /ended with/ })
    })
  })
}

for (const [program, begin] of [
  ['mcabber', startMcabber],
  ['profanity', startProfanity],
] as [string, (login: Login) => Driven][]) {
  liveTest(
    `${program} gets messages, those that waited for it too, and sends them`,
    [program, 'script', 'go-sendxmpp'],
    async t => {
      await withXmppHouse(t, async ({ account, connected, command, rest }) => {
        const [alice, bob] = [await account('alice'), await account('bob')]
        await sendWith('go-sendxmpp', alice, 'bob@localhost', 'while you were away', ['-n'])
        const client = begin(bob)
        const sees = (text: string) =>
          until(
            () => client.recorded().includes(text),
            () => `${program} has not recorded "${text}", but: ${client.recorded()}`,
          )
        try {
          await connected('bob')
          await sees('while you were away')
          await sendWith('go-sendxmpp', alice, 'bob@localhost', 'now that you are here', ['-n'])
          await sees('now that you are here')
          t.like(await rest('POST', 'message/bob', { message: 'from the administrator' }), { status: 200 })
          await sees('from the administrator')
          const waiting = () => command('get_offline_count', { user: 'alice', host: 'localhost' })
          let value: unknown
          client.send('alice@localhost', 'an answer')
          await until(
            async () => {
              value = await waiting()
              return JSON.stringify(value) === '{"value":1}'
            },
            () => `${program} has not sent its answer: ${JSON.stringify(value)} wait for alice`,
          )
          await command('kick_session', { user: 'bob', host: 'localhost', resource: program, reason: 'enough' })
          await connected('bob', 0)
        } finally {
          await client.end()
        }
      })
    },
  )
}

liveTest(
  'clients of two kinds are online with one account, and a message to it reaches them all',
  ['mcabber', 'profanity', 'script', 'go-sendxmpp'],
  async t => {
    await withXmppHouse(t, async ({ account, connected }) => {
      const [alice, bob] = [await account('alice'), await account('bob')]
      const clients = [
        startMcabber({ ...bob, home: join(bob.home, 'one') }),
        startProfanity({ ...bob, home: join(bob.home, 'other') }),
      ]
      try {
        await connected('bob', 2)
        // They may send their presence a little later; a message to the bare JID before would reach only one.
        await until(
          async () => {
            await sendWith('go-sendxmpp', alice, 'bob@localhost', 'for both', ['-n'])
            return clients.every(client => client.recorded().includes('for both'))
          },
          () => `not recorded by both: ${clients.map(client => client.recorded()).join('\n')}`,
        )
        t.true(clients.every(client => client.recorded().includes('for both')))
      } finally {
        await Promise.all(clients.map(client => client.end()))
      }
    })
  },
)
