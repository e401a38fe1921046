import { readFile } from 'node:fs/promises'
import { loadavg } from 'node:os'

const MEGABYTE = 1_048_576

/** Always in `M`, as `72.94M`: known clients read the number and leave the unit out. */
export function megabytes(bytes: number): string {
  return `${(bytes / MEGABYTE).toFixed(2)}M`
}

/** What the process has from the system, and what of that is in use. */
export function memory(): { memory_total: string; memory_used: string } {
  const { rss, heapUsed, external } = process.memoryUsage()
  return { memory_total: megabytes(rss), memory_used: megabytes(Math.min(heapUsed + external, rss)) }
}

export function loads(): { load1: string; load5: string; load15: string } {
  const [one = 0, five = 0, fifteen = 0] = loadavg()
  return { load1: one.toFixed(2), load5: five.toFixed(2), load15: fifteen.toFixed(2) }
}

/** How many descriptors the process may have; undefined where the system does not tell. */
export async function descriptorLimit(): Promise<number | undefined> {
  try {
    const limits = await readFile('/proc/self/limits', 'utf8')
    const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? []
    return soft === undefined ? undefined : Number(soft)
  } catch {
    return undefined
  }
}
