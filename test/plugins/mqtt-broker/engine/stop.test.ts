import test from 'ava'
import { Holdings } from '../../../../kernel/life/holdings.js'
import type { Broker } from '../../../../plugins/mqtt-broker/broker.js'
import { brokerPort } from '../../../faces/mqtt.js'
import { lab, until } from './engine.js'
import { connectPacket, type RawClient, rawClient } from './raw-client.js'

test.serial('stopping the broker closes everybody, publishes each will once, and keeps what waits', async t => {
  const { open, raw, house } = await lab(t)
  const away = await open('away', { clean: false })
  await away.client.subscribeAsync('#', { qos: 1 })
  await away.leave()
  const leaving: RawClient[] = []
  for (const qos of [0, 1, 2] as const) {
    leaving.push(
      await raw(`with will ${qos}`, {
        will: { topic: `gone/${qos}`, payload: Buffer.from('x'), qos, retain: true } as never,
      }),
    )
  }
  await house.kernel.stop('mqtt-broker')
  await until(t, () => leaving.every(({ closed }) => closed), 'all are closed')
  await house.kernel.start('mqtt-broker')
  const broker = house.house.container.resolve(Holdings).of('mqtt-broker').get('broker')!.value as Broker
  t.deepEqual([broker.wills.size, broker.orphans.length, broker.connections.size], [0, 0, 0])
  t.deepEqual([...broker.retained.byTopic.keys()].sort(), ['gone/0', 'gone/1', 'gone/2'])
  const back = await rawClient(brokerPort(house))
  back.send(connectPacket('away', { clean: false }))
  t.like(await back.next('connack'), { sessionPresent: true })
  await until(t, () => back.received.filter(({ cmd }) => cmd === 'publish').length >= 2, 'the wills came')
  await new Promise(resolve => setTimeout(resolve, 200))
  t.deepEqual(
    back.received.filter(({ cmd }) => cmd === 'publish').map(packet => (packet as never as { topic: string }).topic),
    ['gone/1', 'gone/2'],
  )
  back.socket.destroy()
})
