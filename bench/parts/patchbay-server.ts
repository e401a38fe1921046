import { setTimeout as pause } from 'node:timers/promises'
import { answer, argumentOf } from './child.js'
import { cpuMicroseconds } from './cost.js'
import { type HouseOptions, openHouse } from './house.js'
import { fetchText } from './load.js'
import type { ServerVerbs } from './servers.js'
import { Turns } from './turns.js'

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
  async turns(path: string) {
    const { port } = await opened
    const turns = new Turns()
    await pause(5)
    const began = performance.now()
    const { status, body } = await fetchText(port, path)
    const ended = performance.now()
    turns.end()
    if (status !== 200) throw new Error(`${path}: ${status} ${body}`)
    return { took: ended - began, longest: Math.max(...turns.between(began, ended)) }
  },
  async watch() {
    const { watcher } = await opened
    watcher.start()
  },
  thrownAt: () => (globalThis as { benchThrownAt?: string }).benchThrownAt,
} satisfies ServerVerbs)
