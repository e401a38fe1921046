import { answer, argumentOf } from './child.js'
import { cpuMicroseconds } from './cost.js'
import { type HouseOptions, openHouse } from './house.js'
import type { ServerVerbs } from './servers.js'

const opened = openHouse(argumentOf<HouseOptions>())

answer({
  port: async () => (await opened).port,
  cpu: cpuMicroseconds,
  memory: () => process.memoryUsage(),
  async reload(name: string) {
    const { kernel } = await opened
    const began = performance.now()
    await kernel.reload(name)
    return performance.now() - began
  },
  async watch() {
    const { watcher } = await opened
    watcher.start()
  },
  thrownAt: () => (globalThis as { benchThrownAt?: string }).benchThrownAt,
} satisfies ServerVerbs)
