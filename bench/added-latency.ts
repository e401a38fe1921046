import { setTimeout as pause } from 'node:timers/promises'
import { type Exchange, fetchText, Generator, type LoadResult } from './parts/load.js'
import { LARGE, LARGE_EXCHANGES, largePlugin } from './parts/plugins/large.js'
import { manyRoutes, staticExchange } from './parts/plugins/many-routes.js'
import { revisionFile, type Source, writePlugin } from './parts/plugins/source.js'
import { benchmark, option } from './parts/program.js'
import { startPatchbay } from './parts/servers.js'
import { median, spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import { temporaryFolder } from './parts/temporary.js'

const PLAIN = 'bench-plain'
const MOST_MS = 1
const EVERY_MS = 1000

interface Pair {
  quiet: LoadResult
  reloading: LoadResult
}

/** A plugin of 50 routes and nothing else, and one of 50 routes with all that a plugin can have. */
async function addedLatency(): Promise<Row[]> {
  const plain = await measure(PLAIN, manyRoutes(PLAIN, 50, '{ permission: "read" }'), [staticExchange(0)])
  const large = await measure(LARGE, largePlugin(0), LARGE_EXCHANGES)
  const added = addedBy(plain.pairs)
  const of = (kind: keyof Pair, name: keyof LoadResult['latency']) =>
    spread(
      plain.pairs.map(pair => pair[kind].latency[name]),
      2,
    )
  return [
    bar(
      'added p99 at half capacity, one reload of 50 routes a second',
      `${spread(added, 2)} ms`,
      `≤ ${MOST_MS} ms`,
      median(added) <= MOST_MS,
    ),
    note('p99 without / with reloads', `${of('quiet', 'p99')} / ${of('reloading', 'p99')} ms`),
    note('p50 without / with reloads', `${of('quiet', 'p50')} / ${of('reloading', 'p50')} ms`),
    note('p99.9 without / with reloads', `${of('quiet', 'p999')} / ${of('reloading', 'p999')} ms`),
    note('half capacity', `${(plain.capacity / 2).toFixed(0)} requests/s`),
    note('56 KB in 22 files instead: added p99', `${spread(addedBy(large.pairs), 2)} ms`),
  ]
}

/** Half of what the server can answer, in open loop; windows with one reload a second between windows without. */
async function measure(
  name: string,
  source: Source,
  exchanges: Exchange[],
): Promise<{ capacity: number; pairs: Pair[] }> {
  const folder = temporaryFolder()
  writePlugin(folder, name, source)
  const server = await startPatchbay({ pluginFolders: [folder], start: ['auth', name] })
  const port = await server.ask('port')
  await fetchText(port, '/kernel/plugins')
  const generator = new Generator()
  const closed = { port, exchanges, connections: 64 }
  await generator.ask('load', { ...closed, ms: 2000 })
  const { answered, seconds } = await generator.ask('load', { ...closed, ms: 3000 })
  const capacity = answered / seconds

  let revision = 0
  const window = async (reloading: boolean): Promise<LoadResult> => {
    const ms = option('window', 5000)
    const loading = generator.ask('load', { ...closed, connections: 128, rate: capacity / 2, ms })
    const until = performance.now() + ms - EVERY_MS / 2
    for (let at = performance.now() + EVERY_MS / 2; reloading && at < until; at += EVERY_MS) {
      await pause(at - performance.now())
      writePlugin(folder, name, { 'revision.js': revisionFile(++revision) })
      await server.ask('reload', name)
    }
    const result = await loading
    if (result.failed > 0) throw new Error(`${result.failed} requests failed: ${result.firstFailure}`)
    return result
  }
  const pairs: Pair[] = []
  for (let round = -1; round < option('rounds', 6); round++) {
    const pair = { quiet: await window(false), reloading: await window(true) }
    if (round >= 0) pairs.push(pair)
  }
  await Promise.all([generator.end(), server.end()])
  return { capacity, pairs }
}

function addedBy(pairs: readonly Pair[]): number[] {
  return pairs.map(({ quiet, reloading }) => reloading.latency.p99 - quiet.latency.p99)
}

void benchmark('Added latency', addedLatency)
