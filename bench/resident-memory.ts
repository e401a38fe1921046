import { fetchText, Generator, request } from './parts/load.js'
import { benchmark, option } from './parts/program.js'
import { bar, note, type Row } from './parts/table.js'
import { WholeProcess } from './parts/whole-process.js'

const MOST_MIB = 100
const PATHS = ['/kernel/plugins/auth', '/kernel/plugins/mqtt-broker', '/api/v2/management/nodes/emq@127.0.0.1']

/** The whole process with every plugin, after as many requests as it can answer for a while. */
async function residentMemory(): Promise<Row[]> {
  const patchbay = await WholeProcess.prepare()
  await patchbay.start()
  const mib = () => patchbay.resident / 2 ** 20
  const atStart = mib()
  const generator = new Generator()
  const exchanges = []
  for (const path of PATHS) {
    const { status, body } = await fetchText(patchbay.port, path)
    if (status !== 200) throw new Error(`${path}: ${status} ${body}`)
    exchanges.push({ request: request('GET', path), before: '' })
  }
  const result = await generator.ask('load', {
    port: patchbay.port,
    exchanges,
    connections: 64,
    ms: option('window', 20_000),
    anyBody: true,
  })
  if (result.failed > 0) throw new Error(`${result.failed} requests failed: ${result.firstFailure}`)
  const most = mib()
  await new Promise(resolve => setTimeout(resolve, 5000))
  const settled = mib()
  await Promise.all([generator.end(), patchbay.stop()])
  return [
    bar('resident memory after the load', `${most.toFixed(0)} MiB`, `≤ ${MOST_MIB} MiB`, most <= MOST_MIB),
    note('before it, five seconds after it', `${atStart.toFixed(0)} MiB, ${settled.toFixed(0)} MiB`),
    note('requests answered', String(result.answered)),
  ]
}

void benchmark('Resident memory', residentMemory)
