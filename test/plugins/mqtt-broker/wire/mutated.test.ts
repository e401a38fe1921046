import { connect } from 'node:net'
import test from 'ava'
import fc from 'fast-check'
import { connectAsync } from 'mqtt'
import { nextMessage } from '../../../faces/mqtt.js'
import { ended, withWire } from './house.js'
import { bytesOf, connectBytes, publishBytes, subscribeBytes } from './packets.js'

const WHOLE: Buffer[] = [
  subscribeBytes('fuzz/#', 2),
  publishBytes('fuzz/a', 'payload', 0),
  publishBytes('fuzz/a', 'payload', 1, 7),
  publishBytes('fuzz/a', 'payload', 2, 8),
  publishBytes('fuzz/é/😀', Buffer.alloc(300), 1, 9, { retain: true }),
  bytesOf({ cmd: 'pubrel', messageId: 8 } as never),
  bytesOf({ cmd: 'puback', messageId: 1 } as never),
  bytesOf({ cmd: 'pubrec', messageId: 1 } as never),
  bytesOf({ cmd: 'pubcomp', messageId: 1 } as never),
  bytesOf({ cmd: 'unsubscribe', messageId: 3, unsubscriptions: ['fuzz/#'] } as never),
  bytesOf({ cmd: 'pingreq' } as never),
  bytesOf({ cmd: 'disconnect' } as never),
]
const mutation = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('set', 'insert', 'remove', 'cut'),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff, 0x23, 0x2b, 0x24)),
})
const stream = fc.record({
  client: fc.nat(3),
  packets: fc.array(fc.constantFrom(...WHOLE), { maxLength: 12 }),
  mutations: fc.array(mutation, { minLength: 1, maxLength: 6 }),
  sparesConnect: fc.boolean(),
  cut: fc.nat(),
})

test.serial('mutated packets crash nothing, hang nothing and touch nobody else', async t => {
  await withWire({ connect_timeout: 1, packet_timeout: 1 }, async ({ port, house, backend }) => {
    const at = await port()
    const steady = await connectAsync(`mqtt://127.0.0.1:${at}`, { clientId: 'steady', keepalive: 0 })
    await steady.subscribeAsync('steady')
    const left: Promise<boolean>[] = []
    await fc.assert(
      fc.asyncProperty(stream, async ({ client, packets, mutations, sparesConnect, cut }) => {
        const hello = connectBytes(`fuzz ${client}`, { clean: client % 2 === 0 })
        const rest = mutated(Buffer.concat(sparesConnect ? packets : [hello, ...packets]), mutations)
        const bytes = sparesConnect ? Buffer.concat([hello, rest]) : rest
        const socket = connect(at, '127.0.0.1')
        socket.on('error', () => undefined)
        socket.resume()
        socket.write(bytes.subarray(0, cut % (bytes.length + 1)))
        socket.write(bytes.subarray(cut % (bytes.length + 1)))
        await new Promise(resolve => setTimeout(resolve, 1))
        socket.end()
        left.push(ended(socket, 5000))
      }),
      { numRuns: 400 },
    )
    t.true((await Promise.all(left)).every(Boolean), 'each connection has an end')
    const heard = nextMessage(steady)
    await steady.publishAsync('steady', 'as ever', { qos: 1 })
    t.deepEqual(await heard, ['steady', 'as ever'])
    t.deepEqual(
      house.log.filter(({ level }) => level === 'error'),
      [],
    )
    t.is(await backend().sessions.count('connected'), 1)
    await steady.endAsync()
  })
})

function mutated(bytes: Buffer, mutations: readonly { at: number; how: string; byte: number }[]): Buffer {
  const list = [...bytes]
  for (const { at, how, byte } of mutations) {
    const index = at % (list.length || 1)
    if (how === 'set') list[index] = byte
    else if (how === 'insert') list.splice(index, 0, byte)
    else if (how === 'remove') list.splice(index, 1)
    else list.length = index
  }
  return Buffer.from(list)
}
