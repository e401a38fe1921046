import { PASSWORD } from './parts/child.js'
import { type Cost, costOf } from './parts/cost.js'
import { basic, type Exchange, fetchText, Generator, request } from './parts/load.js'
import { indexFile, writePlugin } from './parts/plugins/source.js'
import { benchmark, option } from './parts/program.js'
import { startPatchbay } from './parts/servers.js'
import { median, spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import { temporaryFolder } from './parts/temporary.js'

const MOST = 1.3
const FACES = ['native', 'ejabberd'] as const
const ACCESS = ['public', 'permitted'] as const
const JID = basic('admin@localhost', PASSWORD)
/** The bytes are the same whether the call is public or not: who sends credentials sends them always. */
const EXCHANGES: Record<(typeof FACES)[number], Exchange> = {
  native: { request: request('GET', '/bench/it'), before: '{"answer":42}' },
  ejabberd: { request: request('GET', '/api/bench_it', undefined, JID), before: '42' },
}

function source(access: string) {
  const start = `ctx.route("GET", "/bench/it", ${access}, () => ({ answer: 42 }));
    ctx.command("ejabberd", { access: ${access}, name: "bench_it", description: "x", tags: [], reads: true,
      arguments: [], result: { type: "tuple" } }, () => 42);`
  return { 'index.js': indexFile('bench-it', 'permissions: { read: "Read" },', start) }
}

/** The same GET, public and permitted, on a native route and on a face that takes optional credentials. */
async function authentication(): Promise<Row[]> {
  const servers = await Promise.all(
    ['{ public: true }', '{ permission: "read" }'].map(async access => {
      const folder = temporaryFolder()
      writePlugin(folder, 'bench-it', source(access))
      const server = await startPatchbay({ pluginFolders: [folder], start: ['auth', 'bench-it'] })
      const port = await server.ask('port')
      await fetchText(port, '/bench/it')
      await fetchText(port, '/api/bench_it', JID)
      return server
    }),
  )
  const generator = new Generator()
  const costs = { native: [[], []] as Cost[][], ejabberd: [[], []] as Cost[][] }
  for (let round = -1; round < option('rounds', 9); round++) {
    for (const face of FACES) {
      for (const [index, server] of servers.entries()) {
        const order = { exchanges: [EXCHANGES[face]], connections: 64, ms: option('window', 1000) }
        const cost = await costOf(server, generator, order)
        if (round >= 0) costs[face][index]!.push(cost)
      }
    }
  }
  await Promise.all([generator.end(), ...servers.map(server => server.end())])

  return FACES.flatMap(face => {
    const [open, permitted] = costs[face] as [Cost[], Cost[]]
    const ratios = permitted.map(({ micros }, round) => micros / open[round]!.micros)
    return [
      bar(
        `${face}: an authenticated GET against the same made public, CPU`,
        `${spread(ratios, 3)} ×`,
        `≤ ${MOST} ×`,
        median(ratios) <= MOST,
      ),
      ...ACCESS.map((access, index) =>
        note(`CPU of a request, ${access}`, `${spread(costs[face][index]!.map(({ micros }) => micros))} µs`),
      ),
    ]
  })
}

void benchmark('Authentication', authentication)
