import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { answer, argumentOf } from './child.js'
import { localhostCertificate } from './xmpp-certificate.js'

export type BareSocketVerbs = {
  opened(): Promise<void>
}

const { port, tls } = argumentOf<{ port: number; tls: boolean }>()

/** Accepts connections and nothing else: what any server in Node pays for each. */
async function listen(): Promise<void> {
  const server = tls
    ? createTlsServer(await localhostCertificate(), socket => socket.on('error', () => undefined).resume())
    : createServer(socket => socket.on('error', () => undefined).resume())
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
}

const listening = listen()

answer({ opened: () => listening } satisfies BareSocketVerbs)
