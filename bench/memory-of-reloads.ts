import { Child } from './parts/child.js'
import type { ReloadVerbs, Remains } from './parts/patchbay-reloads.js'
import { bytesOf, LARGE, largePlugin } from './parts/plugins/large.js'
import { writePlugin } from './parts/plugins/source.js'
import { benchmark, option } from './parts/program.js'
import { bar, note, type Row } from './parts/table.js'
import { temporaryFolder } from './parts/temporary.js'

const HEAP_MB = 48
const MIB = 2 ** 20

/** Reloads of a 50 KB plugin in a process whose heap cannot grow: what is not let go of ends it. */
async function memoryOfReloads(): Promise<Row[]> {
  const reloads = option('reloads', 5000)
  const folder = temporaryFolder()
  const source = largePlugin(0)
  writePlugin(folder, LARGE, source)
  const child = new Child<ReloadVerbs>(
    'patchbay-reloads',
    { pluginFolders: [folder], start: ['auth', LARGE], data: temporaryFolder() },
    [`--max-old-space-size=${HEAP_MB}`, '--expose-gc'],
  )
  const parts: Remains[] = []
  let end = 'survived'
  try {
    for (let part = 0; part < 5; part++) parts.push(await child.ask('reload', reloads / 5))
  } catch (thrown) {
    end = String(thrown)
  }
  await child.end().catch(() => undefined)
  const [first, last] = [parts[0], parts.at(-1)]
  const perReload = first && last ? (last.heapUsed - first.heapUsed) / (reloads * 0.8) : Number.NaN
  const seconds = parts.reduce((sum, part) => sum + part.seconds, 0)
  return [
    bar(
      `memory: ${reloads} reloads of ${(bytesOf(source) / 1000).toFixed(0)} KB with a heap of ${HEAP_MB} MB`,
      `${parts.length * (reloads / 5)} done, ${end}`,
      'survives',
      parts.length === 5,
    ),
    note('heap after a collection, by fifths', `${parts.map(part => (part.heapUsed / MIB).toFixed(1)).join(', ')} MiB`),
    note('heap kept by one reload', `${(perReload / 1024).toFixed(2)} KiB`),
    note('resident, by fifths', `${parts.map(part => (part.rss / MIB).toFixed(0)).join(', ')} MiB`),
    note('a reload, rewriting a file included', `${((seconds / reloads) * 1000).toFixed(2)} ms`),
  ]
}

void benchmark('Memory of reloads', memoryOfReloads)
