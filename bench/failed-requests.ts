import { benchmark, option } from './parts/program.js'
import { reloadsUnderLoad } from './parts/reloads-under-load.js'
import { spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'

/** Requests in open loop, while two plugins are rewritten on disk and reloaded; every answer is checked. */
async function failedRequests(): Promise<Row[]> {
  const trial = {
    requests: option('requests', 1_000_000),
    reloads: option('reloads', 2000),
    rate: option('rate', 8000),
  }
  const { load, reloads, refused, unexpected, reloadMs } = await reloadsUnderLoad(trial)
  const { answered, failed, failures, firstFailure, latency, seconds } = load
  if (firstFailure) process.stdout.write(`the first failure: ${firstFailure}\n`)
  for (const sentence of unexpected.slice(0, 5)) process.stdout.write(`${sentence}\n`)
  const kinds = Object.entries(failures).map(([kind, count]) => `, ${count} × ${kind}`)
  return [
    bar(
      `failed requests in ${reloads} reloads, ${refused} of them failing`,
      `${failed} of ${answered}${kinds.join('')}`,
      '0',
      failed === 0 && answered >= trial.requests && unexpected.length === 0,
    ),
    note('reloads that ended otherwise than they should', String(unexpected.length)),
    note(
      'requests a second, latency p50 / p99 / max',
      `${(answered / seconds).toFixed(0)}, ${latency.p50.toFixed(2)} / ${latency.p99.toFixed(2)} / ${latency.max.toFixed(1)} ms`,
    ),
    note('a good reload, drain included', `${spread(reloadMs)} ms`),
  ]
}

void benchmark('Failed requests during reloads', failedRequests)
