import { readFileSync } from 'node:fs'

/** Ticks of /proc in a second, on every Linux that Node runs on. */
const TICKS = 100

/** User and system time of a process so far, all threads, in microseconds; to ten milliseconds. */
export function cpuOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Its name, in parentheses, may hold blanks.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1e6
}

/** Memory of a process that is held in RAM. */
export function residentKilobytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
}
