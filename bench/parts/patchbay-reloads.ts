import { setTimeout as pause } from 'node:timers/promises'
import { answer, argumentOf } from './child.js'
import { type HouseOptions, openHouse } from './house.js'
import { LARGE } from './plugins/large.js'
import { revisionFile, writePlugin } from './plugins/source.js'
import { median } from './statistics.js'
import { Turns } from './turns.js'

/** What so many reloads leave behind. */
export interface Remains {
  /** After a collection, in bytes. */
  heapUsed: number
  rss: number
  seconds: number
}

/** One reload as the event loop saw it, in milliseconds. */
export interface Observed {
  /** From the call until the old generation was retired. */
  whole: number
  /** The longest turn of the loop in that time. */
  longest: number
  /** The longest and the usual turn in as long a time just before. */
  quietLongest: number
  quietUsual: number
}

export type ReloadVerbs = {
  port(): Promise<number>
  /** Rewrites one file and reloads, so many times, one after the other. */
  reload(times: number): Promise<Remains>
  /** The same, each on its own and observed. */
  observe(times: number): Promise<Observed[]>
}

/** Between two observed reloads, in milliseconds; the second half of it is the quiet time. */
const REST_MS = 80

const options = argumentOf<HouseOptions & { reload?: string }>()
const name = options.reload ?? LARGE
const opened = openHouse(options)
let revision = 0

function rewrite(): void {
  writePlugin(options.pluginFolders![0]!, name, { 'revision.js': revisionFile(++revision) })
}

/** A spread would not hold the turns of a reload that takes seconds. */
function longestOf(turns: readonly number[]): number {
  return turns.reduce((longest, turn) => Math.max(longest, turn), 0)
}

async function observeOne(): Promise<Observed> {
  const { kernel } = await opened
  rewrite()
  await pause(REST_MS)
  const turns = new Turns()
  await pause(REST_MS)
  const began = performance.now()
  await kernel.reload(name)
  const ended = performance.now()
  // The turn in which the reload ended is over only now.
  await pause(5)
  turns.end()
  const whole = ended - began
  const quiet = turns.between(began - 1 - whole, began - 1)
  return {
    whole,
    longest: longestOf(turns.between(began, ended)),
    quietLongest: longestOf(quiet),
    quietUsual: median(quiet),
  }
}

answer({
  port: async () => (await opened).port,
  async reload(times) {
    const { kernel } = await opened
    const began = performance.now()
    for (let n = 0; n < times; n++) {
      rewrite()
      await kernel.reload(name)
    }
    const seconds = (performance.now() - began) / 1000
    gc!()
    const { heapUsed, rss } = process.memoryUsage()
    return { heapUsed, rss, seconds }
  },
  async observe(times) {
    const observed: Observed[] = []
    for (let n = 0; n < times; n++) observed.push(await observeOne())
    return observed
  },
} satisfies ReloadVerbs)
