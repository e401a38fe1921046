import { prepareLocal } from 'patchbay'
import type { Server } from '../server.js'
import { restart } from '../stream/arrive.js'
import { SASL } from '../stream/features.js'
import type { Stream } from '../stream/stream.js'
import { write } from '../stream/write.js'
import { type Element, element, textOf } from '../xml/element.js'

/** SASL (RFC 6120 §6). */
export async function login(server: Server, stream: Stream, request: Element): Promise<void> {
  const [, name = '', password = ''] = Buffer.from(textOf(request), 'base64').toString('utf8').split('\0')
  const jid = `${prepareLocal(name)}@${stream.domain}`
  if (!(await server.accounts.verify(jid, password))) {
    return write(stream, element(SASL, 'failure', {}, [element(SASL, 'not-authorized')]))
  }
  stream.account = jid
  stream.state = 'authenticated'
  write(stream, element(SASL, 'success'))
  restart(server, stream)
}
