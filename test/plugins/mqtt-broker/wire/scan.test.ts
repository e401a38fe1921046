import test from 'ava'
import fc from 'fast-check'
import type { Packet } from 'mqtt-packet'
import { newScan, type Packets, scan } from '../../../../plugins/mqtt-broker/wire/scan.js'
import { bytesOf } from './packets.js'

const identifier = fc.integer({ min: 1, max: 65_535 })
const topic = fc.string({ minLength: 1, maxLength: 300, unit: 'binary' })
const qos = fc.constantFrom(0, 1, 2)
const acknowledgement = fc.record({
  cmd: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback'),
  messageId: identifier,
})
const packet = fc.oneof(
  acknowledgement,
  fc.record({
    cmd: fc.constant('publish'),
    topic,
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)),
      fc.integer({ min: 16_000, max: 20_000 }).map(size => Buffer.alloc(size, 'x')),
    ),
    qos,
    retain: fc.boolean(),
    dup: fc.constant(false),
    messageId: identifier,
  }),
  fc.record({
    cmd: fc.constant('connect'),
    clientId: fc.string({ minLength: 1, maxLength: 100 }),
    protocolVersion: fc.constantFrom(3, 4),
    protocolId: fc.constant('MQTT'),
    keepalive: fc.nat(1000),
    clean: fc.constant(true),
  }),
  fc.record({ cmd: fc.constant('connack'), returnCode: fc.nat(5), sessionPresent: fc.constant(false) }),
  fc.record({
    cmd: fc.constant('subscribe'),
    messageId: identifier,
    subscriptions: fc.array(fc.record({ topic, qos }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    cmd: fc.constant('suback'),
    messageId: identifier,
    granted: fc.array(qos, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ cmd: fc.constantFrom('pingreq', 'pingresp', 'disconnect') }),
) as fc.Arbitrary<Packet & Record<string, unknown>>

interface Seen {
  first: number
  length: number
  value: number
}

const collect: Packets<{ seen: Seen[]; begun: number; malformed: number }> = {
  begun(context) {
    context.begun++
    return true
  },
  complete({ seen }, { first, length, value }) {
    seen.push({ first, length, value })
    return true
  },
  malformed(context) {
    context.malformed++
  },
}

/** What the packet has in the place that `value` is taken from; undefined where nothing is taken. */
function taken(sent: Packet & Record<string, unknown>): number | undefined {
  if (sent.cmd === 'connect') return (sent.protocolVersion ?? 4) * 256 + 2
  if (sent.cmd === 'connack') return sent.returnCode
  if (sent.cmd === 'publish') return sent.qos > 0 ? sent.messageId : undefined
  return sent.messageId
}

test('every packet of a stream is found, wherever its chunks are cut', t => {
  fc.assert(
    fc.property(
      fc.array(packet, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 40 }),
      (sent, cuts) => {
        const packets = sent.map(bytesOf)
        const bytes = Buffer.concat(packets)
        const at = [...new Set(cuts.map(cut => cut % (bytes.length + 1))), bytes.length].sort((a, b) => a - b)
        const context = { seen: [] as Seen[], begun: 0, malformed: 0 }
        const state = newScan()
        let from = 0
        for (const to of at) {
          if (!scan(state, bytes.subarray(from, to), collect, context)) return false
          from = to
        }
        t.is(context.malformed, 0)
        t.is(context.begun, sent.length)
        t.deepEqual(
          context.seen.map(({ first }) => first),
          packets.map(each => each[0]!),
        )
        for (const [index, { value, length }] of context.seen.entries()) {
          const wanted = taken(sent[index]!)
          if (wanted !== undefined) t.is(value, wanted)
          t.true(packets[index]!.length - length <= 5 && packets[index]!.length - length >= 2)
        }
        return state.first === -1
      },
    ),
    { numRuns: 500 },
  )
})

test('one byte at a time is as good as all at once', t => {
  const bytes = Buffer.concat([
    bytesOf({ cmd: 'publish', topic: 'a/b', payload: 'x'.repeat(20_000), qos: 1, messageId: 0x1234 } as Packet),
    bytesOf({ cmd: 'pubrel', messageId: 0xfffe } as Packet),
  ])
  const context = { seen: [] as Seen[], begun: 0, malformed: 0 }
  const state = newScan()
  for (const byte of bytes) scan(state, Buffer.from([byte]), collect, context)
  t.deepEqual(
    context.seen.map(({ value }) => value),
    [0x1234, 0xfffe],
  )
})

test('the length is known before anything of the packet has come, and may end the scan', t => {
  const lengths: number[] = []
  const going = scan(
    newScan(),
    Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3]),
    { ...collect, begun: (_context, { length }) => lengths.push(length) < 0 },
    { seen: [], begun: 0, malformed: 0 },
  )
  t.false(going)
  t.deepEqual(lengths, [268_435_455])
})

test('a length of five bytes is malformed, and any bytes at all end in an answer', t => {
  const context = { seen: [] as Seen[], begun: 0, malformed: 0 }
  t.false(scan(newScan(), Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]), collect, context))
  t.is(context.malformed, 1)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), bytes => {
      const [whole, single] = [0, 0].map(() => ({ seen: [] as Seen[], begun: 0, malformed: 0 }))
      const going = scan(newScan(), bytes, collect, whole!)
      const state = newScan()
      t.is(
        [...bytes].every(byte => scan(state, Uint8Array.of(byte), collect, single!)),
        going,
      )
      t.deepEqual(whole, single)
    }),
  )
})
