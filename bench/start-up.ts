import { benchmark, option } from './parts/program.js'
import { median, spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import { WholeProcess } from './parts/whole-process.js'

const MOST_MS = 600

/** From `spawn` to the first permitted answer, whose password is verified the slow way, of a process that was started before. */
async function startUp(): Promise<Row[]> {
  const patchbay = await WholeProcess.prepare()
  const first = await patchbay.start()
  await patchbay.stop()
  const times: number[] = []
  let running = 0
  for (let round = 0; round < option('rounds', 15); round++) {
    const { firstAnswer, answer } = await patchbay.start()
    times.push(firstAnswer)
    running = answer.split('"state":"running"').length - 1
    await patchbay.stop()
  }
  return [
    bar(
      'built process, second start, to the first answer',
      `${spread(times, 0)} ms`,
      `≤ ${MOST_MS} ms`,
      median(times) <= MOST_MS,
    ),
    note('plugins running', String(running)),
    note('the first start of all', `${first.firstAnswer.toFixed(0)} ms`),
  ]
}

void benchmark('Start-up', startUp)
