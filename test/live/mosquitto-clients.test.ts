import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ExecutionContext } from 'ava'
import { generate } from 'selfsigned'
import { QUIET, start, stop, temporaryFolder } from '../fixtures/process.js'
import { freePort } from '../support/free-port.js'
import { installed, liveTest } from './installed.js'

/** Debian's command-line clients against the embedded broker, in a process of its own. */
const CLIENTS = ['mosquitto_pub', 'mosquitto_sub', 'stdbuf']

interface Broker {
  port: number
  tlsPort: number
  folder: string
}

async function withBroker(
  t: ExecutionContext,
  { certfile, cafile }: { certfile?: string; cafile?: string },
  act: (broker: Broker) => Promise<void>,
): Promise<void> {
  const folder = temporaryFolder()
  const [port, tlsPort] = [await freePort(), await freePort()]
  const broker: Record<string, unknown> = { port, ws_port: false }
  if (certfile) {
    writeFileSync(join(folder.path, 'server.pem'), certfile)
    writeFileSync(join(folder.path, 'ca.pem'), cafile!)
    broker['tls'] = { port: tlsPort, ws_port: false, certfile: join(folder.path, 'server.pem') }
  }
  const running = await start(folder.path, { ...QUIET, plugins: { 'mqtt-broker': broker } })
  try {
    await act({ port, tlsPort, folder: folder.path })
    t.deepEqual(
      running.lines.filter(({ level }) => level === 'error').map(({ message }) => message),
      [],
    )
  } finally {
    await stop(running)
    folder.remove()
  }
}

async function publish(port: number, ...options: string[]): Promise<void> {
  const child = spawn(installed('mosquitto_pub')!, ['-h', '127.0.0.1', '-p', String(port), ...options])
  let why = ''
  child.stderr.on('data', text => {
    why += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`mosquitto_pub ended with ${code}: ${why}`)
}

/** Ends by itself after `count` messages; `lines` are what it printed. */
function subscribe(port: number, count: number, ...options: string[]) {
  const given = ['-h', '127.0.0.1', '-p', String(port), '-C', String(count), '-W', '20', '-d', ...options]
  // Into a pipe it would write only at its end, and nobody could tell when it has subscribed.
  const child = spawn('stdbuf', ['-oL', installed('mosquitto_sub')!, ...given])
  const lines: string[] = []
  let subscribed = () => {}
  const ready = new Promise<void>(resolve => {
    subscribed = resolve
  })
  createInterface(child.stdout).on('line', line => {
    if (line.startsWith('Subscribed (')) subscribed()
    else if (!/^(Client |Subscribed)/.test(line)) lines.push(line)
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, lines }))
  return { child: child as ChildProcess, ready, ended }
}

for (const qos of ['0', '1', '2']) {
  liveTest(`messages of QoS ${qos} reach a Mosquitto client in order`, CLIENTS, async t => {
    await withBroker(t, {}, async ({ port }) => {
      const { ready, ended } = subscribe(port, 5, '-t', 'rooms/+/heat', '-q', qos, '-v')
      await ready
      for (let number = 0; number < 5; number++) {
        await publish(port, '-t', `rooms/${number}/heat`, '-m', `${20 + number} °C`, '-q', qos)
      }
      const { code, lines } = await ended
      t.is(code, 0)
      t.deepEqual(
        lines,
        [0, 1, 2, 3, 4].map(number => `rooms/${number}/heat ${20 + number} °C`),
      )
    })
  })
}

liveTest('a persistent session of a Mosquitto client gets what was sent while it was away', CLIENTS, async t => {
  await withBroker(t, {}, async ({ port }) => {
    const session = ['-i', 'gauge', '-c', '-t', 'tank/#', '-q', '1']
    const first = subscribe(port, 1, ...session)
    await first.ready
    await publish(port, '-t', 'tank/1', '-m', 'now', '-q', '1')
    t.deepEqual((await first.ended).lines, ['now'])
    for (const level of ['low', 'lower']) await publish(port, '-t', 'tank/1', '-m', level, '-q', '1')
    t.deepEqual((await subscribe(port, 2, ...session).ended).lines, ['low', 'lower'])
  })
})

liveTest('retained messages and wills reach a Mosquitto client', CLIENTS, async t => {
  await withBroker(t, {}, async ({ port }) => {
    await publish(port, '-t', 'state/door', '-m', 'open', '-r', '-q', '1')
    t.deepEqual((await subscribe(port, 1, '-t', 'state/#', '-v').ended).lines, ['state/door open'])

    const watching = subscribe(port, 1, '-t', 'gone/#', '-v')
    await watching.ready
    const dying = subscribe(port, 1, '-t', 'nothing', '--will-topic', 'gone/gauge', '--will-payload', 'died')
    await dying.ready
    dying.child.kill('SIGKILL')
    t.deepEqual((await watching.ended).lines, ['gone/gauge died'])
  })
})

liveTest('a Mosquitto client comes in over TLS, with the certificate of the configuration', CLIENTS, async t => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  const pem = { certfile: `${key}\n${cert}`, cafile: cert }
  await withBroker(t, pem, async ({ tlsPort, folder }) => {
    const trusting = ['-h', 'localhost', '--cafile', join(folder, 'ca.pem')]
    const { ready, ended } = subscribe(tlsPort, 1, ...trusting, '-t', 'secret/#', '-v')
    await ready
    await publish(tlsPort, ...trusting, '-t', 'secret/1', '-m', 'psst')
    t.deepEqual((await ended).lines, ['secret/1 psst'])
    const error = await t.throwsAsync(publish(tlsPort, '-h', 'localhost', '--tls-use-os-certs', '-t', 'a', '-m', 'b'))
    t.regex(error.message, /certificate verify failed|TLS error|Protocol error/i)
  })
})
