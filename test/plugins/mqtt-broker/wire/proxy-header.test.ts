import test from 'ava'
import fc from 'fast-check'
import { plain } from '../../../../plugins/mqtt-broker/wire/arrivals.js'
import { LONGEST_HEADER, readProxyHeader } from '../../../../plugins/mqtt-broker/wire/proxy-header.js'

const read = (text: string) => readProxyHeader(Buffer.from(text, 'latin1'))
const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n'

function binaryHeader(command: number, family: number, body: number[]): Buffer {
  return Buffer.concat([
    Buffer.from(SIGNATURE, 'latin1'),
    Buffer.from([0x20 | command, family, body.length >> 8, body.length & 0xff, ...body]),
  ])
}

test('version 1 tells the client, or that it is unknown', t => {
  t.deepEqual(read('PROXY TCP4 192.0.2.7 10.0.0.1 4711 1883\r\n\x10'), {
    length: 41,
    source: { address: '192.0.2.7', port: 4711 },
  })
  t.deepEqual(read('PROXY TCP6 2001:db8::7 ::1 4711 1883\r\n'), {
    length: 38,
    source: { address: '2001:db8::7', port: 4711 },
  })
  t.deepEqual(read('PROXY UNKNOWN\r\n'), { length: 15, source: undefined })
  t.deepEqual(read('PROXY UNKNOWN ffff::1 ::1 1 2\r\n'), { length: 31, source: undefined })
})

test('version 2 tells the client, or that the proxy speaks for itself', t => {
  const four = binaryHeader(1, 0x11, [192, 0, 2, 7, 10, 0, 0, 1, 0x12, 0x67, 7, 0x5b])
  t.deepEqual(readProxyHeader(four), { length: 28, source: { address: '192.0.2.7', port: 4711 } })
  const address = [0x20, 1, 0x0d, 0xb8, ...Array(11).fill(0), 7]
  const six = binaryHeader(1, 0x21, [...address, ...Array(16).fill(0), 0x12, 0x67, 7, 0x5b, 3, 0, 1, 9])
  t.deepEqual(readProxyHeader(six), { length: 56, source: { address: '2001:db8::7', port: 4711 } })
  t.deepEqual(readProxyHeader(binaryHeader(0, 0, [])), { length: 16, source: undefined })
})

test('what is no header is refused as soon as that is sure', t => {
  for (const text of [
    '\x10\x0c',
    'GET / HTTP/1.1\r\n',
    'PROXY TCP4 x y 1 2\r\n',
    'PROXY TCP4 1.2.3.4 1.2.3.4 99999 1\r\n',
  ]) {
    t.is(read(text), 'malformed', text)
  }
  t.is(read('PROXY TCP6 1.2.3.4 1.2.3.4 1 1\r\n'), 'malformed')
  t.is(read(`PROXY ${'x'.repeat(200)}`), 'malformed')
  t.is(readProxyHeader(binaryHeader(1, 0x11, [1, 2, 3])), 'malformed')
  t.is(readProxyHeader(binaryHeader(2, 0x11, [])), 'malformed')
  const endless = Buffer.concat([Buffer.from(SIGNATURE, 'latin1'), Buffer.from([0x21, 0x11, 0xff, 0xff])])
  t.is(readProxyHeader(endless), 'malformed')
})

test('the beginning of a header waits for more, and any bytes get an answer', t => {
  for (const whole of [Buffer.from('PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n'), binaryHeader(1, 0x11, Array(12).fill(1))]) {
    for (let length = 1; length < whole.length; length++) t.is(readProxyHeader(whole.subarray(0, length)), 'more')
  }
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.constantFrom('', 'PROXY ', SIGNATURE),
      (bytes, start) => {
        const all = Buffer.concat([Buffer.from(start, 'latin1'), bytes])
        const header = readProxyHeader(all)
        return typeof header === 'string' || (header.length <= all.length && header.length <= LONGEST_HEADER)
      },
    ),
  )
})

test('an IPv4 address is itself, however its IPv6 mapping is spelt, so that a ban of it is found', t => {
  const header = readProxyHeader(
    binaryHeader(1, 0x21, [
      ...new Array(10).fill(0),
      255,
      255,
      10,
      0,
      0,
      7,
      ...new Array(16).fill(0),
      0x12,
      0x67,
      7,
      0x5b,
    ]),
  )
  t.is(plain((header as { source: { address: string } }).source.address), '10.0.0.7')
  for (const spelt of ['::ffff:10.0.0.7', '::FFFF:a00:7', '0:0:0:0:0:ffff:0a00:0007']) t.is(plain(spelt), '10.0.0.7')
  for (const other of ['::1', '2001:db8:ffff::7', '10.0.0.7', '', 'fe80::ffff:1%eth0']) t.is(plain(other), other)
})
