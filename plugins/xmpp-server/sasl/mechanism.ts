import type { Server } from '../server.js'
import type { Stream } from '../stream/stream.js'
import type { ScramStart } from './scram.js'

/** A way to log in, as data. Throws SaslFailure. */
export interface Mechanism {
  /** As it is registered at IANA. */
  readonly name: string
  /** The password itself is sent. */
  readonly shows: boolean
  /** The client's first message. */
  begin(server: Server, stream: Stream, message: string): Step | Promise<Step>
  /** Its answer to a challenge. */
  proceed?(server: Server, stream: Stream, message: string, start: ScramStart): Step | Promise<Step>
}

/** What comes of a message: a challenge, or an account with what is told along with the success. */
export type Step = { challenge: string; scram: ScramStart } | { account: string; told?: string }
