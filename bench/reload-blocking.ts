import { Child } from './parts/child.js'
import { type Exchange, fetchText, Generator } from './parts/load.js'
import { nodeFlags } from './parts/node-flags.js'
import type { Observed, ReloadVerbs } from './parts/patchbay-reloads.js'
import { bytesOf, LARGE, LARGE_EXCHANGES, largePlugin } from './parts/plugins/large.js'
import { manyRoutes, staticExchange } from './parts/plugins/many-routes.js'
import { type Source, writePlugin } from './parts/plugins/source.js'
import { benchmark, option } from './parts/program.js'
import { median, quantile, sorted } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import { temporaryFolder } from './parts/temporary.js'

const PLAIN = 'bench-plain'
const MOST_BLOCKED_MS = 2
const MOST_WHOLE_MS = 10

interface Reloads {
  alone: Observed[]
  loaded: Observed[]
  answered: string
}

/** A plugin of 50 routes and nothing else, and one of 50 routes with all that a plugin can have. */
async function reloadBlocking(): Promise<Row[]> {
  const plain = await reloads(PLAIN, manyRoutes(PLAIN, 50, '{ permission: "read" }'), [staticExchange(0)])
  const source = largePlugin(0)
  const large = await reloads(LARGE, source, LARGE_EXCHANGES)
  const added = addedTo(plain.loaded)
  const whole = plain.loaded.map(each => each.whole)
  const size = `${(bytesOf(source) / 1000).toFixed(0)} KB in ${Object.keys(source).length} files`
  return [
    bar(
      'reload of 50 routes under saturating load: loop blocked',
      inWords(added),
      `≤ ${MOST_BLOCKED_MS} ms`,
      median(added) <= MOST_BLOCKED_MS,
    ),
    bar('the same: whole reload', inWords(whole), `≤ ${MOST_WHOLE_MS} ms`, median(whole) <= MOST_WHOLE_MS),
    note('without load: loop blocked', inWords(plain.alone.map(each => each.longest))),
    note('without load: whole reload', inWords(plain.alone.map(each => each.whole))),
    note(
      'turns just before: usual, longest',
      `${field(plain.loaded, 'quietUsual')} ms, ${field(plain.loaded, 'quietLongest')} ms at ${plain.answered}`,
    ),
    note(`${size}, 20 decorated classes, same load: loop blocked`, inWords(addedTo(large.loaded))),
    note('whole reload', inWords(large.loaded.map(each => each.whole))),
    note('without load: loop blocked', inWords(large.alone.map(each => each.longest))),
  ]
}

/**
 * Reloads while all requests go to the plugin that is reloaded.
 * Under saturating load every turn of the loop is long, since it answers whatever came in meanwhile. So what a reload
 * adds is its longest turn less the usual one just before it; without load it is the longest turn as it is.
 */
async function reloads(name: string, source: Source, exchanges: Exchange[]): Promise<Reloads> {
  const folder = temporaryFolder()
  writePlugin(folder, name, source)
  const argument = { pluginFolders: [folder], start: ['auth', name], data: temporaryFolder(), reload: name }
  const server = new Child<ReloadVerbs>('patchbay-reloads', argument, nodeFlags())
  const port = await server.ask('port')
  await fetchText(port, '/kernel/plugins')
  const times = option('reloads', 100)
  await server.ask('observe', 20)
  const alone = await server.ask('observe', times)
  const generator = new Generator()
  const loading = generator.ask('load', {
    port,
    exchanges,
    connections: option('connections', 32),
    ms: (times + 20) * 250,
  })
  await server.ask('observe', 20)
  const loaded = await server.ask('observe', times)
  const { failed, firstFailure, answered, seconds } = await loading
  await Promise.all([generator.end(), server.end()])
  if (failed > 0) throw new Error(`${failed} requests failed: ${firstFailure}`)
  return { alone, loaded, answered: `${(answered / seconds).toFixed(0)} requests/s` }
}

function addedTo(loaded: readonly Observed[]): number[] {
  return loaded.map(({ longest, quietUsual }) => longest - quietUsual)
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
