import { readdir, stat } from 'node:fs/promises'
import { freemem, totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { megabytes } from './node-figures.js'

/** What conditions of the process are judged by; descriptors are undefined where the system does not tell. */
export interface Health {
  heapUsed: number
  heapLimit: number
  memoryFree: number
  memoryTotal: number
  descriptors: number | undefined
  descriptorLimit: number | undefined
}

export interface Condition {
  /** As EMQ's alarms are named: `memory_high`, `plugin_failed:mqtt-broker`. */
  id: string
  severity: 'warning' | 'error' | 'critical'
  title: string
  summary: string
}

const MOST_OF_HEAP = 0.85
const LEAST_FREE = 0.05
const MOST_OF_DESCRIPTORS = 0.85

export async function measureHealth(descriptorLimit: number | undefined): Promise<Health> {
  const { used_heap_size: heapUsed, heap_size_limit: heapLimit } = getHeapStatistics()
  const descriptors = await countDescriptors()
  return { heapUsed, heapLimit, memoryFree: freemem(), memoryTotal: totalmem(), descriptors, descriptorLimit }
}

/** What of it a person should know. */
export function judgeHealth(health: Health): Condition[] {
  const { heapUsed, heapLimit, memoryFree, memoryTotal, descriptors, descriptorLimit } = health
  const conditions: Condition[] = []
  if (heapUsed >= heapLimit * MOST_OF_HEAP) {
    conditions.push({
      id: 'memory_high',
      severity: 'critical',
      title: 'memory of the process is nearly used up',
      summary: `${megabytes(heapUsed)} of ${megabytes(heapLimit)} are in use`,
    })
  }
  if (memoryFree < memoryTotal * LEAST_FREE) {
    conditions.push({
      id: 'system_memory_high',
      severity: 'warning',
      title: 'memory of the machine is nearly used up',
      summary: `${megabytes(memoryFree)} of ${megabytes(memoryTotal)} are free`,
    })
  }
  if (
    descriptors !== undefined &&
    descriptorLimit !== undefined &&
    descriptors >= descriptorLimit * MOST_OF_DESCRIPTORS
  )
    conditions.push({
      id: 'descriptors_high',
      severity: 'critical',
      title: 'open files and connections are close to their limit',
      summary: `${descriptors} of ${descriptorLimit} are open`,
    })
  return conditions
}

async function countDescriptors(): Promise<number | undefined> {
  try {
    // Linux since 6.2 says how many there are; before, they have to be counted.
    const { size } = await stat('/proc/self/fd')
    return size > 0 ? size : (await readdir('/proc/self/fd')).length
  } catch {
    return undefined
  }
}
