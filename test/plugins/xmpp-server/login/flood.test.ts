import test from 'ava'
import { KernelError, Turns } from 'patchbay'
import { SaslFailure } from '../../../../plugins/xmpp-server/sasl/failure.js'
import { plain as mechanism } from '../../../../plugins/xmpp-server/sasl/plain.js'
import type { Server } from '../../../../plugins/xmpp-server/server.js'
import type { Stream } from '../../../../plugins/xmpp-server/stream/stream.js'
import { RawClient } from '../client.js'
import { withXmpp } from '../house.js'
import { plain, scram, step } from './sasl-client.js'

test('a flood of guesses keeps nobody waiting who logs in by SCRAM', async t => {
  await withXmpp(
    async ({ port, register }) => {
      await register('alice@localhost')
      const opened = async () => {
        const client = new RawClient(port)
        await client.open()
        return client
      }
      let answered = 0
      const guesses = Array.from({ length: 100 }, async (_, n) => {
        const { word } = await step(await opened(), plain(`user${n}`, 'guess'))
        answered++
        return word
      })
      while (answered < 2) await new Promise(resolve => setTimeout(resolve, 5))
      t.is((await scram(await opened(), 'sha256', 'alice', 'alice')).word, 'success')
      t.true(answered < 50, `${answered} guesses were answered first`)
      for (const word of await Promise.all(guesses)) t.is(word, 'not-authorized')
    },
    { scram_iterations: 60_000 },
  )
})

for (const [what, check, turns] of [
  ['too many wait', () => new Promise<never>(() => undefined), new Turns(0)],
  ['too many derive', () => Promise.reject(new KernelError('busy', 'too many', { hint: 'wait' })), new Turns()],
] as const) {
  test(`PLAIN is refused for the time being when ${what}, which counts as no failure`, async t => {
    let failures = 0
    const server = {
      accounts: { check, find: () => undefined, reserved: () => false },
      logins: { turns, defence: { refuses: () => false, failed: async () => void failures++ } },
    } as unknown as Server
    const stream = { domain: 'localhost', address: '192.0.2.1' } as Stream
    const thrown = await t.throwsAsync(async () => mechanism.begin(server, stream, '\0alice\0x'), {
      instanceOf: SaslFailure,
    })
    t.is(thrown.condition, 'temporary-auth-failure')
    t.is(failures, 0)
  })
}
