import test from 'ava'
import { mayUsePlain, offeredMechanisms } from '../../../../plugins/xmpp-server/sasl/mechanisms.js'
import type { Server } from '../../../../plugins/xmpp-server/server.js'
import type { Stream } from '../../../../plugins/xmpp-server/stream/stream.js'

test('a password is sent as it is over TLS, on the same machine, or where the operator lets it be', t => {
  for (const [secure, allow_unencrypted_plain_auth, address, may] of [
    [true, false, '192.0.2.1', true],
    [false, true, '192.0.2.1', true],
    [false, false, '127.0.0.1', true],
    [false, false, '127.8.0.1', true],
    [false, false, '::1', true],
    [false, false, '192.0.2.1', false],
    [false, false, '2001:db8::1', false],
    [false, false, '::127.0.0.1', false],
    [false, false, '1270.0.0.1', false],
    [false, false, '', false],
  ] as const) {
    const server = { options: { allow_unencrypted_plain_auth } } as Server
    const stream = { secure, address } as Stream
    t.is(mayUsePlain(server, stream), may, address)
    t.is(offeredMechanisms(server, stream).includes('PLAIN'), may)
    t.true(offeredMechanisms(server, stream).includes('SCRAM-SHA-256'))
  }
})
