import type { ScramStart } from './scram.js'

/** A login between two of its steps; plain data that outlives generations. */
export interface Exchange {
  readonly mechanism: string
  /** Undefined until the client has sent its first message. */
  readonly scram: ScramStart | undefined
}
