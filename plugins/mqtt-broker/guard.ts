import type { Connection } from './connection.js'

/** Who may connect, publish and subscribe: what `access` offers to the hooks of the broker. */
export interface Guard {
  /** Asked once for each CONNECT. */
  admit(asked: Asked): Admission | Promise<Admission>
  /** Synchronous, since it is asked for each message. */
  mayPublish(who: Who, topic: string): boolean
  maySubscribe(who: Who, filter: string): boolean
}

export interface Asked {
  clientId: string
  username: string | undefined
  password: Buffer | undefined
  connection: Connection
}

/** `returnCode` as in CONNACK (MQTT 3.1.1 §3.2.2.3); `username` is whom the client counts as from now on. */
export type Admission =
  | { admitted: true; username: string | undefined }
  | { admitted: false; returnCode: 2 | 3 | 4 | 5; reason: string }

export interface Who {
  clientId: string
  username: string | undefined
  address: string
}
