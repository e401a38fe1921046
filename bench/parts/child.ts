import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

/** What a program of this folder offers to whoever started it. */
export type Verbs = Record<string, (argument: never) => unknown>

interface Question {
  id: number
  verb: string
  argument: unknown
}

interface Answer {
  id: number
  value?: unknown
  failure?: { message: string; code?: string }
}

/** A program of this folder in a process of its own, so that its work is not measured as somebody else's. */
export class Child<V extends Verbs> {
  readonly process: ChildProcess
  readonly #open = new Map<number, { resolve(value: unknown): void; reject(thrown: Error): void }>()
  #asked = 0

  /** `program` is a file of this folder without its ending; `argument` reaches it through `argumentOf`. */
  constructor(program: string, argument: unknown = {}, execArgv: string[] = []) {
    this.process = fork(join(__dirname, `${program}.js`), [JSON.stringify(argument)], {
      execArgv,
      env: { ...process.env, PATCHBAY_ADMIN_PASSWORD: PASSWORD },
    })
    this.process.on('message', ({ id, value, failure }: Answer) => {
      const waiting = this.#open.get(id)
      this.#open.delete(id)
      if (failure) waiting?.reject(Object.assign(new Error(failure.message), { code: failure.code }))
      else waiting?.resolve(value)
    })
    this.process.once('exit', (code, signal) => {
      const why = new Error(`the ${program} process ended with ${signal ?? code}`)
      for (const { reject } of this.#open.values()) reject(why)
      this.#open.clear()
    })
  }

  ask<K extends keyof V & string>(verb: K, ...[argument]: Parameters<V[K]>): Promise<Awaited<ReturnType<V[K]>>> {
    const id = ++this.#asked
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.process.send({ id, verb, argument } satisfies Question)
    })
  }

  end(): Promise<void> {
    return new Promise(resolve => {
      this.process.once('exit', () => resolve())
      this.process.kill('SIGKILL')
    })
  }
}

/** The operator's password in every server that is measured. */
export const PASSWORD = 'bench'

/** In the child: what the starting process passed. */
export function argumentOf<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T
}

/** In the child: answers questions until the starting process goes away. */
export function answer(verbs: Verbs): void {
  process.on('message', async ({ id, verb, argument }: Question) => {
    try {
      process.send!({ id, value: await verbs[verb]!(argument as never) } satisfies Answer)
    } catch (thrown) {
      const { message, code } = thrown as { message: string; code?: string }
      process.send!({ id, failure: { message, ...(code ? { code } : {}) } } satisfies Answer)
    }
  })
  process.once('disconnect', () => process.exit())
}
