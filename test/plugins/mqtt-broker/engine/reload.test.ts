import test from 'ava'
import type { IPublishPacket } from 'mqtt-packet'
import { lab, pause } from './engine.js'

test.serial('reloads and take-overs in the middle of everything lose nothing, and QoS 2 comes once', async t => {
  const { open, raw, house, backend } = await lab(t, { max_queue_length: 0 })
  const away = await open('subscriber', { clean: false })
  await away.client.subscribeAsync({ one: { qos: 1 }, two: { qos: 2 } })
  await away.leave()
  const count = 1500
  let going = true
  const reloads = (async () => {
    let done = 0
    for (; going; done++) {
      await house.kernel.reload('mqtt-broker')
      await pause(10)
    }
    return done
  })()
  const seen = { one: new Map<string, number>(), two: new Map<string, number>() }
  const pending = new Set<number>()
  const end = Date.now() + 30_000
  const subscribing = (async () => {
    for (let last = false; ; ) {
      const client = await raw('subscriber', { clean: false })
      const until = Date.now() + (last ? 3000 : 60)
      while (Date.now() < until && !client.closed) {
        for (const packet of client.received.splice(0)) {
          if (packet.cmd === 'pubrel') {
            pending.delete(packet.messageId!)
            client.send({ cmd: 'pubcomp', messageId: packet.messageId! })
          }
          if (packet.cmd !== 'publish') continue
          const { topic, payload, qos, messageId } = packet as IPublishPacket
          if (qos === 1) client.send({ cmd: 'puback', messageId: messageId! })
          else client.send({ cmd: 'pubrec', messageId: messageId! })
          // As a client does: one of QoS 2 whose PUBREL has not come is the same message.
          if (qos === 2 && pending.has(messageId!)) continue
          if (qos === 2) pending.add(messageId!)
          const of = seen[topic as 'one' | 'two']
          of.set(String(payload), (of.get(String(payload)) ?? 0) + 1)
        }
        await pause(2)
      }
      if (last) return
      last = !going && seen.one.size === count && seen.two.size === count
      if (Date.now() > end) return
    }
  })()
  const publisher = await open('publisher')
  for (let n = 0; n < count; n += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, at) => [
        publisher.client.publishAsync('one', String(n + at), { qos: 1 }),
        publisher.client.publishAsync('two', String(n + at), { qos: 2 }),
      ]).flat(),
    )
  }
  going = false
  t.true((await reloads) > 3)
  await subscribing
  t.is(seen.one.size, count)
  t.is(seen.two.size, count)
  t.deepEqual(
    [...seen.two].filter(([, times]) => times !== 1),
    [],
  )
  t.true(publisher.client.connected)
  t.is((await backend.sessions.get('subscriber'))?.queued, 0)
})
