import { AsyncResource } from 'node:async_hooks'
import { scrypt } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { PluginContext } from '../life/definition.js'

/** One derivation of a key: scrypt (RFC 7914). */
export interface Derivation {
  password: string
  salt: Uint8Array
  bytes: number
  options: { N: number; r: number; p: number; maxmem: number }
}

/** The thread that derives keys, as plain data that is kept across reloads. */
export interface Hashing {
  /** Its thread must not inherit the request that happened to need it first. */
  readonly scope: AsyncResource
  readonly pending: Map<number, { resolve(key: Buffer): void; reject(thrown: Error): void }>
  worker: Worker | undefined
  asked: number
  idle: NodeJS.Timeout | undefined
  /** Of a thread that has gone to rest. */
  ending: Promise<number> | undefined
}

/** Whatever costs less than this takes a few milliseconds, for which no thread is started. */
const WORTH_A_THREAD = 8192
/** The thread takes 10 MiB; whoever has logged in is remembered and needs it no more. */
const IDLE_MS = 10_000

/**
 * On Linux a priority belongs to a thread: this one gets what the rest of Patchbay leaves, so that a flood of wrong
 * passwords slows nobody down. Elsewhere it would slow the whole process down, so it is left alone.
 */
const PROGRAM = `
const { parentPort } = require('node:worker_threads')
const { scryptSync } = require('node:crypto')
try { if (process.platform === 'linux') require('node:os').setPriority(19) } catch {}
parentPort.on('message', ({ id, password, salt, bytes, options }) => {
  try { parentPort.postMessage({ id, key: scryptSync(password, salt, bytes, options) }) }
  catch (thrown) { parentPort.postMessage({ id, failure: thrown.message }) }
})`

export function keepHashing(ctx: PluginContext<unknown>): Promise<Hashing> {
  return ctx.keep<Hashing>('hashing', {
    open: newHashing,
    async close(hashing) {
      clearTimeout(hashing.idle)
      await hashing.worker?.terminate()
      await hashing.ending
      // Its pipes close in a later turn.
      await new Promise(setImmediate)
    },
  })
}

/** Without a thread until one is needed. */
export function newHashing(): Hashing {
  return {
    scope: new AsyncResource('hashing'),
    pending: new Map(),
    worker: undefined,
    asked: 0,
    idle: undefined,
    ending: undefined,
  }
}

/** Derives a key off the main thread. */
export function derive(hashing: Hashing, derivation: Derivation): Promise<Buffer> {
  const { password, salt, bytes, options } = derivation
  return new Promise((resolve, reject) => {
    if (options.N < WORTH_A_THREAD) {
      scrypt(password, salt, bytes, options, (error, key) => (error ? reject(error) : resolve(key)))
      return
    }
    const id = ++hashing.asked
    hashing.pending.set(id, { resolve, reject })
    clearTimeout(hashing.idle)
    workerOf(hashing).postMessage({ id, ...derivation })
  })
}

/** Has the thread ready before somebody waits for it. */
export function warmUp(hashing: Hashing, cost: number): void {
  if (cost < WORTH_A_THREAD || hashing.worker) return
  workerOf(hashing)
  rest(hashing)
}

function workerOf(hashing: Hashing): Worker {
  hashing.worker ??= hashing.scope.runInAsyncScope(() => start(hashing))
  return hashing.worker
}

function start(hashing: Hashing): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 }
  const worker = new Worker(PROGRAM, { eval: true, resourceLimits })
  worker.unref()
  worker.on('message', ({ id, key, failure }: { id: number; key?: Uint8Array; failure?: string }) => {
    const waiting = hashing.pending.get(id)
    hashing.pending.delete(id)
    if (key) waiting?.resolve(Buffer.from(key.buffer, key.byteOffset, key.byteLength))
    else waiting?.reject(new Error(`a key could not be derived: ${failure}`))
    if (hashing.pending.size === 0) rest(hashing)
  })
  worker.on('error', thrown => lose(hashing, worker, thrown))
  worker.on('exit', code => lose(hashing, worker, new Error(`the thread that derives keys ended with ${code}`)))
  return worker
}

function rest(hashing: Hashing): void {
  clearTimeout(hashing.idle)
  hashing.idle = setTimeout(() => {
    const { worker } = hashing
    hashing.worker = undefined
    hashing.ending = worker?.terminate()
  }, IDLE_MS).unref()
}

/** Whoever waits for it is told; the next one gets a new thread. */
function lose(hashing: Hashing, worker: Worker, why: Error): void {
  if (hashing.worker !== worker) return
  hashing.worker = undefined
  const waiting = [...hashing.pending.values()]
  hashing.pending.clear()
  for (const { reject } of waiting) reject(why)
}
