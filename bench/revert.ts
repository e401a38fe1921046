import { fetchText } from './parts/load.js'
import { CRASHING, crashing } from './parts/plugins/crashing.js'
import { writePlugin } from './parts/plugins/source.js'
import { benchmark, option } from './parts/program.js'
import { startPatchbay } from './parts/servers.js'
import { spread } from './parts/statistics.js'
import { bar, type Row } from './parts/table.js'
import { temporaryFolder } from './parts/temporary.js'

const MOST_MS = 100

/** New code that throws shortly after its reload: from the throw to the first answer of the old code. */
async function revert(): Promise<Row[]> {
  const folder = temporaryFolder()
  writePlugin(folder, CRASHING, crashing('works'))
  const server = await startPatchbay({ pluginFolders: [folder], start: ['auth', CRASHING] })
  const port = await server.ask('port')
  const times: number[] = []
  for (let round = 0; round < option('rounds', 30); round++) {
    writePlugin(folder, CRASHING, crashing(round % 2 === 0 ? 'throws in a timer' : 'rejects unhandled'))
    await server.ask('reload', CRASHING)
    let thrownAt: string | undefined
    for (;;) {
      const { body } = await fetchText(port, '/crashing')
      const answeredAt = process.hrtime.bigint()
      if (body !== 'works') continue
      thrownAt = await server.ask('thrownAt')
      times.push(Number(answeredAt - BigInt(thrownAt!)) / 1e6)
      break
    }
    // Good code again, so that the next round has something to go back to.
    writePlugin(folder, CRASHING, crashing('works'))
    await server.ask('reload', CRASHING)
  }
  await server.end()
  const most = Math.max(...times)
  return [
    bar(
      `revert after a crash in probation, ${times.length} times`,
      `${spread(times)} ms`,
      `≤ ${MOST_MS} ms`,
      most <= MOST_MS,
    ),
  ]
}

void benchmark('Revert after a crash', revert)
