import test from 'ava'
import { Holdings } from '../../../kernel/life/holdings.js'
import type { Broker } from '../../../plugins/mqtt-broker/broker.js'
import { openHouse } from '../../faces/house.js'
import { connectClient, eventually, nextMessage } from '../../faces/mqtt.js'

test.serial(
  'an error that a packet sets off and nobody catches restarts the broker, and the others stay connected',
  async t => {
    const caught = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    const house = await openHouse({ start: ['mqtt-broker'], supervise: true })
    try {
      const broker = house.house.container.resolve(Holdings).of('mqtt-broker').get('broker')!.value as Broker
      const [lamp, door] = [
        await connectClient(house, { clientId: 'lamp' }),
        await connectClient(house, { clientId: 'door' }),
      ]
      await door.subscribeAsync('a')
      const sound = broker.engine
      const broken = {
        ...sound,
        authorizePublish: () => {
          throw new Error('a fault of one generation')
        },
      }
      broker.engine = broken
      lamp.publish('a', 'lost with the fault')
      await eventually(() => broker.engine !== broken, 'the broker was restarted')
      t.regex(house.inspect('mqtt-broker').last_error?.sentence ?? '', /a fault of one generation; it was restarted/)
      t.false(house.log.some(({ message }) => /of no plugin/.test(message)))
      const heard = nextMessage(door)
      await door.publishAsync('a', 'after it')
      t.deepEqual(await heard, ['a', 'after it'])
      lamp.end(true)
      await door.endAsync()
    } finally {
      await house.close()
      for (const each of caught) process.on('uncaughtException', each)
    }
  },
)
