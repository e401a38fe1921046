import type { Connection } from './connection.js'

/** Who may connect, publish and subscribe: what `access` offers to the hooks of the broker. */
export interface Guard {
  /** Asked once for each CONNECT. */
  admit(asked: Asked): Admission | Promise<Admission>
  /** Why a client that was admitted must go after all: what was banned, disabled or removed while it was let in. */
  objection(who: Who): string | undefined
  /** Synchronous, since it is asked for each message. */
  mayPublish(who: Who, topic: string): boolean
  maySubscribe(who: Who, filter: string): boolean
  /** The client has gone: what was decided for it is needed no more. */
  left(clientId: string): void
  /** Cheap enough to be asked before anything is read from a socket. */
  bannedAddress(address: string): boolean
}

export interface Asked {
  clientId: string
  username: string | undefined
  password: Buffer | undefined
  connection: Connection
}

/** `returnCode` as in CONNACK (MQTT 3.1.1 §3.2.2.3); `username` is whom the client counts as from now on. */
export type Admission =
  | { admitted: true; username: string | undefined; authenticated: boolean }
  | { admitted: false; returnCode: 2 | 3 | 4 | 5; reason: string }

export interface Who {
  clientId: string
  username: string | undefined
  address: string
  /** Whether a password or a certificate proved the user name; else it is only what the client says. */
  authenticated: boolean
}
