import { type Cost, costOf } from './parts/cost.js'
import { type Exchange, fetchText, Generator } from './parts/load.js'
import { manyRoutes, parameterExchange, staticExchange } from './parts/plugins/many-routes.js'
import { writePlugin } from './parts/plugins/source.js'
import { benchmark, option } from './parts/program.js'
import { startPatchbay } from './parts/servers.js'
import { median, spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import { temporaryFolder } from './parts/temporary.js'

const MOST = 1.1
/** Public routes, so that nothing but routing differs and little else dilutes it. */
const ACCESS = '{ public: true }'

function exchangesFor(routes: number): Exchange[] {
  return Array.from({ length: routes / 2 }, (_, n) => [staticExchange(n), parameterExchange(n)]).flat()
}

/** The same server with 10 and with 1,000 routes, half of them with two parameters, all of them asked in turn. */
async function routing(): Promise<Row[]> {
  const sizes = [10, 1000] as const
  const servers = await Promise.all(
    sizes.map(async size => {
      const folder = temporaryFolder()
      writePlugin(folder, 'bench-routes', manyRoutes('bench-routes', size, ACCESS))
      const server = await startPatchbay({ pluginFolders: [folder], start: ['bench-routes'] })
      await fetchText(await server.ask('port'), '/bench/static/0')
      return server
    }),
  )
  const generator = new Generator()
  const costs: [Cost[], Cost[]] = [[], []]
  for (let round = -1; round < option('rounds', 9); round++) {
    for (const [index, server] of servers.entries()) {
      const order = { exchanges: exchangesFor(sizes[index]!), connections: 64, ms: option('window', 1500) }
      const cost = await costOf(server, generator, order)
      if (round >= 0) costs[index]!.push(cost)
    }
  }
  await Promise.all([generator.end(), ...servers.map(server => server.end())])

  const [few, many] = costs
  const ratios = many.map(({ micros }, round) => micros / few[round]!.micros)
  return [
    bar('routing, 1,000 routes against 10: CPU', `${spread(ratios, 3)} ×`, `≤ ${MOST} ×`, median(ratios) <= MOST),
    note('CPU of a request, 10 routes', `${spread(few.map(({ micros }) => micros))} µs`),
    note('CPU of a request, 1,000 routes', `${spread(many.map(({ micros }) => micros))} µs`),
  ]
}

void benchmark('Routing', routing)
