import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import test from 'ava'
import { generate } from 'selfsigned'
import { xmppPort } from '../../../support/xmpp-port.js'
import { withXmpp } from '../house.js'

const HOSTS = ['localhost', 'b.example']

/** The name in the certificate that is shown. */
function shown(options: ConnectionOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ ...options, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN))
      socket.destroy()
    }).once('error', reject)
  })
}

/** A connection whose server has said that TLS may begin. */
async function proceeding(port: number, to: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  const heard = (what: string) =>
    new Promise<void>(resolve => {
      let text = ''
      socket.on('data', function read(chunk) {
        text += chunk
        if (!text.includes(what)) return
        socket.off('data', read)
        resolve()
      })
    })
  socket.write(
    `<stream:stream to='${to}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
  )
  await heard('</stream:features>')
  socket.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
  await heard('<proceed')
  return socket
}

test('each host is shown with its own certificate', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const certfiles: string[] = []
  for (const host of HOSTS) {
    const { private: key, cert } = await generate([{ name: 'commonName', value: host }], {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
    })
    certfiles.push(join(folder, `${host}.pem`))
    writeFileSync(certfiles.at(-1)!, `${key}\n${cert}\n`)
  }
  await withXmpp(
    async house => {
      const port = xmppPort(house.kernel, 'tls')
      for (const host of HOSTS) {
        t.is(await shown({ port, host: '127.0.0.1', servername: host }), host, 'over direct TLS')
        t.is(await shown({ socket: await proceeding(house.port, host) }), host, 'over STARTTLS, by the stream alone')
      }
      t.is(await shown({ socket: await proceeding(house.port, 'localhost'), servername: 'b.example' }), 'b.example')
      t.is(await shown({ port, host: '127.0.0.1' }), 'localhost', 'the first where no host is named')
    },
    {},
    { config: { certfiles } },
  )
})
