import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { formatTable, type Row } from './table.js'
import { removeTemporaryFolders } from './temporary.js'

/** What a script sends to `all.js`, when that started it. */
export interface Report {
  title: string
  rows: Row[]
}

/** Runs one benchmark, prints its table, and ends the process: with 1 when a bar was missed. */
export async function benchmark(title: string, run: () => Promise<Row[]>): Promise<void> {
  try {
    const rows = await run()
    const load = `load average ${loadavg()[0]!.toFixed(1)}`
    process.stdout.write(`\n${title} (${load})\n${formatTable(rows)}\n`)
    if (process.send) await new Promise<void>(sent => process.send!({ title, rows } satisfies Report, () => sent()))
    process.exitCode = rows.some(row => row.met === false) ? 1 : 0
  } finally {
    removeTemporaryFolders()
  }
  process.exit()
}

/** The number behind `--name=`, or the usual one. */
export function option(name: string, usual: number): number {
  const given = textOption(name)
  const value = given === undefined ? usual : Number(given)
  if (Number.isFinite(value)) return value
  throw new Error(`--${name} must be a number, not "${given}"`)
}

export function textOption(name: string): string | undefined {
  const start = `--${name}=`
  return process.argv.find(argument => argument.startsWith(start))?.slice(start.length)
}

/** `2 cores (AMD EPYC), Node 20.20.2, 7.6 GiB, load average 0.4 0.3 0.2` */
export function machine(): string {
  const average = loadavg().map(value => value.toFixed(1))
  const memory = (totalmem() / 2 ** 30).toFixed(1)
  const model = cpus()[0]?.model.trim() ?? 'unknown'
  return `${availableParallelism()} cores (${model}), Node ${process.versions.node}, ${memory} GiB, load average ${average.join(' ')}`
}
