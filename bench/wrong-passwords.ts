import { basic, type Exchange, fetchText, Generator, type LoadOrder, request } from './parts/load.js'
import { manyRoutes, staticExchange } from './parts/plugins/many-routes.js'
import { writePlugin } from './parts/plugins/source.js'
import { benchmark, option } from './parts/program.js'
import { startPatchbay } from './parts/servers.js'
import { median, spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import { temporaryFolder } from './parts/temporary.js'

const MOST = 5
const ROUTES = 10
const ATTACK = { connections: 16, rate: 10_000 }

/** Each guess is another header, so that nothing about it can be remembered. */
function guesses(nameOf: (n: number) => string): Exchange[] {
  return Array.from({ length: 20_000 }, (_, n) => ({
    request: request('GET', '/bench/static/0', undefined, basic(nameOf(n), `guess ${n}`)),
    before: '',
  }))
}

const ATTACKS: Record<string, Exchange[]> = {
  'one name': guesses(() => 'admin'),
  'a name each': guesses(n => `nobody${n}`),
}

/** An authenticated caller's p99, alone and beside 10,000 wrong passwords a second from the same address. */
async function wrongPasswords(): Promise<Row[]> {
  const folder = temporaryFolder()
  writePlugin(folder, 'bench-routes', manyRoutes('bench-routes', ROUTES, '{ permission: "read" }'))
  const server = await startPatchbay({ pluginFolders: [folder], start: ['auth', 'bench-routes'] })
  const port = await server.ask('port')
  await fetchText(port, '/bench/static/0')

  // One process sends both, and sleeps in between: on two cores a spinning one would be measured as part of the attack.
  const generator = new Generator()
  const ms = option('window', 5000)
  const caller: LoadOrder = {
    port,
    exchanges: [staticExchange(0)],
    connections: 8,
    rate: option('rate', 500),
    ms,
    sleeps: true,
  }
  await generator.ask('load', { ...caller, ms: 2000 })
  const rows: Row[] = []
  for (const [kind, exchanges] of Object.entries(ATTACKS)) {
    const [idle, attacked, refused]: [number[], number[], number[]] = [[], [], []]
    for (let round = 0; round < option('rounds', 5); round++) {
      const alone = await generator.ask('load', caller)
      const [beside, attack] = await Promise.all([
        generator.ask('load', caller),
        generator.ask('load', { port, exchanges, ...ATTACK, ms, givesUp: true, sleeps: true }),
      ])
      if (beside.failed > 0) throw new Error(`${beside.failed} of the caller's requests failed: ${beside.firstFailure}`)
      idle.push(alone.latency.p99)
      attacked.push(beside.latency.p99)
      refused.push(attack.answered / attack.seconds)
    }
    const ratios = attacked.map((p99, round) => p99 / idle[round]!)
    rows.push(
      bar(
        `wrong passwords, ${kind}: p99 of an authenticated caller against idle`,
        `${spread(ratios)} ×`,
        `≤ ${MOST} ×`,
        median(ratios) <= MOST,
      ),
      note('p99 idle / attacked', `${spread(idle, 2)} / ${spread(attacked, 2)} ms`),
      note('wrong passwords answered a second', spread(refused, 0)),
    )
  }
  await Promise.all([generator.end(), server.end()])
  return rows
}

void benchmark('Wrong passwords', wrongPasswords)
