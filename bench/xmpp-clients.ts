import { Child } from './parts/child.js'
import { benchmark, option } from './parts/program.js'
import { spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import type { XmppCrowdVerbs } from './parts/xmpp-crowd.js'
import type { LoginOrder, LoginResult, XmppLoginVerbs } from './parts/xmpp-logins.js'
import { type OurXmpp, startOurXmpp } from './parts/xmpp-ours.js'
import { type Rival, startEjabberd, startProsody } from './parts/xmpp-rivals.js'

/** Milliseconds of a login. */
const SLOWEST = 50
const WAYS: Pick<LoginOrder, 'mechanism' | 'tls'>[] = [
  { mechanism: 'SCRAM-SHA-1', tls: true },
  { mechanism: 'PLAIN', tls: true },
  { mechanism: 'SCRAM-SHA-1', tls: false },
  { mechanism: 'PLAIN', tls: false },
]

/** Clients that write to each other, and logins among very many accounts; beside Debian's servers with fewer of them. */
async function xmppClients(): Promise<Row[]> {
  const clients = option('clients', 2000)
  const accounts = option('accounts', 100_000)
  const ours = await startOurXmpp(accounts)
  const rows = [...(await logins(ours, accounts)), ...(await messages(ours, clients))]
  await ours.end()
  for (const start of [startEjabberd, startProsody]) {
    const rival = await start({ store: 'hashed', accounts: clients })
    if (!rival) rows.push(note(`${start === startEjabberd ? 'ejabberd' : 'Prosody'}: skipped`, 'not installed'))
    else {
      rows.push(...(await logins(rival, clients)), ...(await messages(rival, clients)))
      await rival.end()
    }
  }
  return rows
}

async function logins(server: OurXmpp | Rival, accounts: number): Promise<Row[]> {
  const generator = new Child<XmppLoginVerbs>('xmpp-logins', { port: server.port, accounts })
  const rate = option('logins', 50)
  const rows: Row[] = []
  for (const way of WAYS) {
    const results: LoginResult[] = []
    // The first time, what is compiled while it runs would be measured.
    for (let round = -1; round < option('rounds', 3); round++) {
      const result = await generator.ask('logins', { ...way, rate, seconds: round < 0 ? 2 : option('seconds', 6) })
      if (result.failed > 0) throw new Error(`${result.failed} logins at ${server.name} failed: ${result.firstFailure}`)
      if (round >= 0) results.push(result)
    }
    const p99 = results.map(({ latency }) => latency.p99)
    const p50 = results.map(({ latency }) => latency.p50)
    const measured = `${spread(p99)} ms; p50 ${spread(p50)}`
    const title = `${way.mechanism}${way.tls ? ' over STARTTLS' : ''}, ${rate} logins a second: p99`
    if (server.name !== 'Patchbay') rows.push(note(`${server.name}, ${accounts} accounts: ${title}`, measured))
    else {
      // Every round must reach it, not the one in the middle.
      const met = Math.max(...p99) <= SLOWEST
      rows.push(bar(`${accounts} accounts, ${title}`, measured, `≤ ${SLOWEST} ms`, met))
    }
  }
  await generator.end()
  return rows
}

async function messages(server: OurXmpp | Rival, count: number): Promise<Row[]> {
  const crowd = new Child<XmppCrowdVerbs>('xmpp-crowd', { port: server.port })
  const connected = await crowd.ask('connect', count)
  await crowd.ask('flow', option('messages', 2000))
  await new Promise(resolve => setTimeout(resolve, option('flow', 10) * 1000))
  const { sent, lost, repeated, closed, seconds } = await crowd.ask('stop')
  await crowd.end()
  const measured = `${lost} of ${sent}; twice ${repeated}, streams closed ${closed}`
  const title = `${connected} clients writing to each other: messages lost`
  const rate = note(`${server.name}: messages a second`, (sent / seconds).toFixed(0))
  if (server.name !== 'Patchbay') return [note(`${server.name}: ${title}`, measured), rate]
  const met = lost + repeated + closed === 0 && sent > 0 && connected === count
  return [bar(title, measured, '0', met), rate]
}

void benchmark('Clients of XMPP', xmppClients)
