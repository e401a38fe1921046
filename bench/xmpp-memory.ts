import { setTimeout as pause } from 'node:timers/promises'
import type { BareClientVerbs } from './parts/bare-clients.js'
import type { BareSocketVerbs } from './parts/bare-sockets.js'
import { Child } from './parts/child.js'
import { residentKilobytes } from './parts/outside.js'
import { benchmark, option } from './parts/program.js'
import { bar, note, type Row } from './parts/table.js'
import { freePort } from './parts/temporary.js'
import type { XmppCrowdVerbs } from './parts/xmpp-crowd.js'
import { startOurXmpp } from './parts/xmpp-ours.js'
import { startEjabberd, startProsody } from './parts/xmpp-rivals.js'

/** Time for what connecting left behind to be collected. */
const SETTLING_MS = 5000
/** Clients that are connected before the first measurement: what the first ones make once belongs to no client. */
const FIRST = 500

interface Served {
  pid: number
  port: number
  end(): Promise<void>
}

type Crowd = Pick<Child<XmppCrowdVerbs>, 'end'> & { ask(verb: 'connect', count: number): Promise<number> }

/** Resident memory of each idle session, beside a bare socket of Node, and beside Debian's servers. */
async function xmppMemory(): Promise<Row[]> {
  const count = option('sessions', 3000)
  const rows: Row[] = []
  for (const tls of [false, true]) {
    const most = tls ? 110 : 60
    const over = tls ? ' with TLS' : ''
    const each = await kilobytesEach(await startOurXmpp(count), xmppCrowd(tls), count)
    const title = `${count} idle sessions${over}: resident memory of each`
    rows.push(bar(title, `${each.toFixed(1)} KB`, `≤ ${most} KB`, each <= most))
    const bare = await kilobytesEach(
      await bareSockets(tls),
      port => new Child<BareClientVerbs>('bare-clients', { port, tls }),
      count,
    )
    rows.push(note(`the same, a bare socket of Node${over}`, `${bare.toFixed(1)} KB`))
    for (const [name, start] of [['ejabberd', startEjabberd] as const, ['Prosody', startProsody] as const]) {
      const rival = await start({ store: 'plain', accounts: count })
      const theirs = rival && (await kilobytesEach(rival, xmppCrowd(tls), count))
      rows.push(note(`the same, ${name}`, theirs === undefined ? 'skipped: not installed' : `${theirs.toFixed(1)} KB`))
    }
  }
  return rows
}

function xmppCrowd(tls: boolean): (port: number) => Crowd {
  return port => new Child<XmppCrowdVerbs>('xmpp-crowd', { port, tls })
}

async function bareSockets(tls: boolean): Promise<Served> {
  const port = await freePort()
  const child = new Child<BareSocketVerbs>('bare-sockets', { port, tls })
  await child.ask('opened')
  return { pid: child.process.pid!, port, end: () => child.end() }
}

async function kilobytesEach(server: Served, crowdOf: (port: number) => Crowd, count: number): Promise<number> {
  const crowd = crowdOf(server.port)
  const first = await crowd.ask('connect', FIRST)
  await pause(SETTLING_MS)
  const before = residentKilobytes(server.pid)
  const connected = await crowd.ask('connect', count - FIRST)
  await pause(SETTLING_MS)
  const after = residentKilobytes(server.pid)
  await Promise.all([crowd.end(), server.end()])
  if (connected !== count) throw new Error(`only ${connected} of ${count} are connected: see ulimit -n`)
  return (after - before) / (connected - first)
}

void benchmark('XMPP memory', xmppMemory)
