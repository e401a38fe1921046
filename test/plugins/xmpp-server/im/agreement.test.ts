import test from 'ava'
import fc from 'fast-check'
import { child, elements } from '../../../../plugins/xmpp-server/xml/element.js'
import { login, type RawClient } from '../client.js'
import { openXmpp } from '../house.js'
import { online, ROSTER, settled } from './talk.js'

const WHO = ['alice@localhost', 'bob@localhost'] as const
// What connects more often than what parts, or both would hardly ever see each other.
const DEEDS = [
  'subscribe',
  'subscribed',
  'subscribe',
  'subscribed',
  'unsubscribe',
  'unsubscribed',
  'remove',
  'rename',
  'leave',
] as const

/** All that two accounts can have between them: who asks whom, and who shows itself to whom. */
interface Pair {
  shows: [boolean, boolean]
  asks: [boolean, boolean]
  listed: [boolean, boolean]
}

/** What a deed means, said without any table. `me` acts on the other one. */
function model({ shows, asks, listed }: Pair, me: 0 | 1, deed: (typeof DEEDS)[number]): void {
  const you = me === 0 ? 1 : 0
  if (deed === 'subscribe') {
    listed[me] = true
    if (!shows[you]) asks[me] = true
  }
  if (deed === 'subscribed' && asks[you]) {
    shows[me] = true
    asks[you] = false
    listed[me] = true
  }
  if (deed === 'unsubscribe' || (deed === 'remove' && listed[me])) asks[me] = shows[you] = false
  if (deed === 'unsubscribed' || (deed === 'remove' && listed[me])) asks[you] = shows[me] = false
  if (deed === 'remove') listed[me] = false
  if (deed === 'rename') listed[me] = true
}

function expectedItem({ shows, asks, listed }: Pair, me: 0 | 1): object | undefined {
  const you = me === 0 ? 1 : 0
  if (!listed[me]) return undefined
  const subscription = shows[me] ? (shows[you] ? 'both' : 'from') : shows[you] ? 'to' : 'none'
  return { jid: WHO[you], subscription, ...(asks[me] && { ask: 'subscribe' }) }
}

test('whatever two accounts do, both rosters agree with each other, and pushes tell every change', async t => {
  const house = await openXmpp()
  const { port, backend } = house
  try {
    const deeds = fc.array(fc.tuple(fc.constantFrom<0 | 1>(0, 1), fc.constantFrom(...DEEDS)), {
      minLength: 10,
      maxLength: 60,
    })
    await fc.assert(
      fc.asyncProperty(deeds, async given => {
        for (const jid of WHO) await backend.accounts.unregister(jid)
        await house.register(...WHO)
        const clients: [RawClient, RawClient] = [await online(port, WHO[0]), await online(port, WHO[1])]
        const pair: Pair = { shows: [false, false], asks: [false, false], listed: [false, false] }
        // What each client knows from the pushes it has heard alone.
        const known: [object | undefined, object | undefined] = [undefined, undefined]
        const learn = (who: 0 | 1) => {
          for (const { name, attributes, children } of clients[who].heard.splice(0)) {
            if (name !== 'iq' || attributes['type'] !== 'set') continue
            const query = children.find(part => typeof part !== 'string' && part.xmlns === ROSTER)
            const item = elements(query as never)[0]!.attributes
            const { name: _, ...rest } = item
            known[who] = item['subscription'] === 'remove' ? undefined : rest
          }
        }
        for (const [me, deed] of given) {
          const you = me === 0 ? 1 : 0
          if (deed === 'leave') {
            learn(me)
            await clients[me].close()
            clients[me] = await online(port, WHO[me])
          } else if (deed === 'remove' || deed === 'rename') {
            const change = deed === 'remove' ? "subscription='remove'" : `name='${Math.random()}'`
            await clients[me].ask('set', `<query xmlns='${ROSTER}'><item jid='${WHO[you]}' ${change}/></query>`)
          } else {
            clients[me].send(`<presence to='${WHO[you]}' type='${deed}'/>`)
          }
          model(pair, me, deed)
          await settled(...clients, clients[me])
          for (const who of [0, 1] as const) {
            learn(who)
            t.deepEqual(known[who], expectedItem(pair, who), `${deed} in ${JSON.stringify(given)}`)
          }
        }
        for (const me of [0, 1] as const) {
          const answer = await clients[me].ask('get', `<query xmlns='${ROSTER}'/>`)
          const [item] = elements(child(answer, 'query', ROSTER)!)
          const { name: _, ...rest } = item?.attributes ?? {}
          t.deepEqual(item && rest, expectedItem(pair, me), JSON.stringify(given))
          // A request that is pending is told again at the next login.
          const again = await login(port, WHO[me], { presence: '<presence/>' })
          await settled(again)
          const asked = again.heard.some(({ attributes }) => attributes['type'] === 'subscribe')
          t.is(asked, pair.asks[me === 0 ? 1 : 0], `asked again: ${JSON.stringify(given)}`)
          await again.close()
        }
        for (const client of clients) await client.close()
      }),
      { numRuns: 25 },
    )
  } finally {
    await house.close()
  }
})
