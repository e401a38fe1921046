import { Child } from './parts/child.js'
import { fetchText, Generator } from './parts/load.js'
import type { Observed, ReloadVerbs } from './parts/patchbay-reloads.js'
import { bytesOf, LARGE, LARGE_EXCHANGES, largePlugin } from './parts/plugins/large.js'
import { writePlugin } from './parts/plugins/source.js'
import { benchmark, option } from './parts/program.js'
import { median, quantile, sorted } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import { temporaryFolder } from './parts/temporary.js'

const MOST_BLOCKED_MS = 2
const MOST_WHOLE_MS = 10

/**
 * Reloads of a plugin with 50 routes, all other requests going to it.
 * Under saturating load every turn of the loop is long, since it answers whatever came in meanwhile. So what a reload
 * adds is its longest turn less the usual one just before it; without load it is the longest turn as it is.
 */
async function reloadBlocking(): Promise<Row[]> {
  const folder = temporaryFolder()
  const source = largePlugin(0)
  writePlugin(folder, LARGE, source)
  const server = new Child<ReloadVerbs>('patchbay-reloads', {
    pluginFolders: [folder],
    start: ['auth', LARGE],
    data: temporaryFolder(),
  })
  const port = await server.ask('port')
  await fetchText(port, '/large/static/0')
  const times = option('reloads', 100)
  await server.ask('observe', 20)
  const alone = await server.ask('observe', times)
  const generator = new Generator()
  const loading = generator.ask('load', {
    port,
    exchanges: LARGE_EXCHANGES,
    connections: option('connections', 32),
    ms: (times + 20) * 250,
  })
  await server.ask('observe', 20)
  const loaded = await server.ask('observe', times)
  const { failed, firstFailure, answered, seconds } = await loading
  await Promise.all([generator.end(), server.end()])
  if (failed > 0) throw new Error(`${failed} requests failed: ${firstFailure}`)

  const added = loaded.map(({ longest, quietUsual }) => longest - quietUsual)
  const whole = loaded.map(each => each.whole)
  return [
    bar(
      'reload of 50 routes under saturating load: loop blocked',
      inWords(added),
      `≤ ${MOST_BLOCKED_MS} ms`,
      median(added) <= MOST_BLOCKED_MS,
    ),
    bar('the same: whole reload', inWords(whole), `≤ ${MOST_WHOLE_MS} ms`, median(whole) <= MOST_WHOLE_MS),
    note('turns just before: usual, longest', `${field(loaded, 'quietUsual')} ms, ${field(loaded, 'quietLongest')} ms`),
    note('without load: loop blocked', inWords(alone.map(each => each.longest))),
    note('without load: whole reload', inWords(alone.map(each => each.whole))),
    note(
      'code reloaded, load',
      `${(bytesOf(source) / 1000).toFixed(0)} KB in ${Object.keys(source).length} files, ${(answered / seconds).toFixed(0)} requests/s`,
    ),
  ]
}

function inWords(milliseconds: readonly number[]): string {
  const order = sorted(milliseconds)
  const at = (share: number) => `${quantile(order, share).toFixed(1)} ms`
  // On a machine with other work the tenth part shows what the reload itself takes, the rest also who was waiting for a core.
  return `p50 ${at(0.5)}, p10 ${at(0.1)}, p99 ${at(0.99)}`
}

function field(observed: readonly Observed[], name: keyof Observed): string {
  return median(observed.map(each => each[name])).toFixed(1)
}

void benchmark('Reload under saturating load', reloadBlocking)
