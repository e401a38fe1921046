import { type Cost, costOf } from './parts/cost.js'
import { fetchText, Generator, type LoadOrder } from './parts/load.js'
import { manyRoutes, staticExchange } from './parts/plugins/many-routes.js'
import { writePlugin } from './parts/plugins/source.js'
import { benchmark, option } from './parts/program.js'
import { type Server, startBare, startPatchbay } from './parts/servers.js'
import { median, spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import { temporaryFolder } from './parts/temporary.js'

const ROUTES = 400
/** Of raw `node:http`. */
const LEAST_SHARE = 0.55

/** A permitted request on a static path against raw `node:http` and bare Koa answering the same bytes, in turns. */
async function requestOverhead(): Promise<Row[]> {
  const folder = temporaryFolder()
  writePlugin(folder, 'bench-routes', manyRoutes('bench-routes', ROUTES, '{ permission: "read" }'))
  const patchbay = await startPatchbay({ pluginFolders: [folder], start: ['auth', 'bench-routes'] })
  const servers: Record<'raw' | 'koa' | 'patchbay', Server> = {
    raw: startBare('raw'),
    koa: startBare('koa'),
    patchbay,
  }
  const exchanges = [staticExchange(ROUTES / 4)]
  await fetchText(await patchbay.ask('port'), '/bench/static/0')

  const generator = new Generator()
  const order: Omit<LoadOrder, 'port'> = { exchanges, connections: 64, ms: option('window', 1500) }
  const costs: Record<keyof typeof servers, Cost[]> = { raw: [], koa: [], patchbay: [] }
  for (let round = -1; round < option('rounds', 9); round++) {
    for (const name of ['raw', 'koa', 'patchbay'] as const) {
      const cost = await costOf(servers[name], generator, order)
      // The first round is for the compilers of all four processes.
      if (round >= 0) costs[name].push(cost)
    }
  }
  await Promise.all([generator.end(), ...Object.values(servers).map(server => server.end())])

  const bytes = Object.values(costs).map(([first]) => first!.result.bytes.toFixed(0))
  const shares = (name: 'koa' | 'patchbay') => costs[name].map(({ micros }, round) => costs.raw[round]!.micros / micros)
  const rates = (name: 'koa' | 'patchbay') =>
    costs[name].map(({ perSecond }, round) => perSecond / costs.raw[round]!.perSecond)
  const micros = (name: keyof typeof servers) => `${spread(costs[name].map(({ micros }) => micros))} µs`
  const share = shares('patchbay')
  return [
    bar(
      `permitted request, ${ROUTES} routes: CPU, as a share of raw node:http`,
      `${spread(share, 3)} ×`,
      `≥ ${LEAST_SHARE} ×`,
      median(share) >= LEAST_SHARE,
    ),
    note('the same, requests a second', `${spread(rates('patchbay'), 3)} ×`),
    note('bare Koa: CPU / requests a second', `${spread(shares('koa'), 3)} × / ${spread(rates('koa'), 3)} ×`),
    note('CPU of a request: raw', micros('raw')),
    note('CPU of a request: bare Koa', micros('koa')),
    note('CPU of a request: Patchbay', micros('patchbay')),
    note('cores kept busy: raw, Koa, Patchbay', Object.values(costs).map(busyCores).join(', ')),
    note('bytes of an answer: raw, Koa, Patchbay', bytes.join(', ')),
  ]
}

/** Near 1, so that the server was what limited the load. */
function busyCores(all: readonly Cost[]): string {
  return median(all.map(({ perSecond, micros }) => (perSecond * micros) / 1e6)).toFixed(2)
}

void benchmark('Overhead of a request', requestOverhead)
