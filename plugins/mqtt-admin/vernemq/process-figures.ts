import { PerformanceObserver, performance } from 'node:perf_hooks'
import { getHeapCodeStatistics } from 'node:v8'
import type { PluginContext } from 'patchbay'

/** What of `system_…` and `vm_memory_…` a Node process can tell; all since it began. */
export interface ProcessFigures {
  contextSwitches: number
  /** Collections of garbage since the plugin was started. */
  collections: number
  /** Bytes read from, and written to, the file system's devices. */
  read: number
  written: number
  /** Milliseconds of CPU time, and of the clock. */
  cpu: number
  wallclock: number
  /** Per cent of its time that the event loop was busy. */
  utilization: number
  memory: { total: number; heap: number; heapUsed: number; buffers: number; code: number }
}

const BLOCK = 512

/** Counts collections from now on; the rest is asked for when it is wanted. */
export async function processFigures(ctx: PluginContext): Promise<() => ProcessFigures> {
  const { counted } = await ctx.keep<{ counted: { collections: number }; observer: PerformanceObserver }>(
    'collections of garbage',
    {
      open() {
        const counted = { collections: 0 }
        const observer = new PerformanceObserver(list => {
          counted.collections += list.getEntries().length
        })
        observer.observe({ entryTypes: ['gc'] })
        return { counted, observer }
      },
      close: ({ observer }) => observer.disconnect(),
    },
  )
  return () => {
    const used = process.resourceUsage()
    const memory = process.memoryUsage()
    const code = getHeapCodeStatistics()
    return {
      contextSwitches: used.voluntaryContextSwitches + used.involuntaryContextSwitches,
      collections: counted.collections,
      read: used.fsRead * BLOCK,
      written: used.fsWrite * BLOCK,
      cpu: Math.round((used.userCPUTime + used.systemCPUTime) / 1000),
      wallclock: Math.round(performance.now()),
      utilization: Math.round(performance.eventLoopUtilization().utilization * 100),
      memory: {
        total: memory.rss,
        heap: memory.heapTotal,
        heapUsed: memory.heapUsed,
        buffers: memory.arrayBuffers,
        code: code.code_and_metadata_size + code.bytecode_and_metadata_size,
      },
    }
  }
}
