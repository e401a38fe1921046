import type { Client, ConnectPacket } from 'aedes'
import { withoutStack } from 'patchbay'
import type { Broker } from '../broker.js'
import { connectionOf } from '../connection.js'
import type { Admission, Guard } from '../guard.js'
import { commit } from '../store/journal.js'
import { tell } from './events.js'
import { isTopic } from './filter.js'
import type { Greeting, SessionRecord } from './record.js'
import { refused } from './refusals.js'
import { attach, detach, end, open, resume } from './registry.js'
import { whoIs } from './subscribe.js'
import { forgetWill } from './wills.js'

/** aedes multiplies the keep alive by it. */
const GRACE = 1.5

/** The whole CONNECT, of which aedes keeps little. */
export function connecting(broker: Broker, client: Client, packet: ConnectPacket): void {
  const connection = connectionOf(client.conn)!
  const { clientId, clean = true, protocolVersion = 4, keepalive = 0, username, will } = packet
  broker.greetings.set(client, {
    clientId,
    username: username ?? undefined,
    authenticated: false,
    address: connection.address,
    port: connection.port,
    transport: connection.transport,
    listener: connection.listener,
    cleanSession: clean,
    protocol: protocolVersion,
    keepalive,
    connectedAt: Date.now(),
    will: will && { topic: will.topic, qos: will.qos ?? 0, retain: will.retain ?? false },
    connection,
  })
  const factor = (broker.options.keepalive_backoff * 2) / GRACE
  if (factor !== 1) packet.keepalive = keepalive * factor
}

type Refused = Extract<Admission, { admitted: false }>
const IDENTIFIER_REJECTED: Refused = { admitted: false, returnCode: 2, reason: 'identifier rejected' }

type Refusal = Error & { returnCode: number }

export function authenticate(
  broker: Broker,
  guard: Guard,
  client: Client,
  password: Buffer | undefined,
  done: (error: Refusal | null, admitted: boolean) => void,
): void {
  const greeting = broker.greetings.get(client)!
  const refuse = ({ returnCode, reason }: Refused) => {
    refused(broker, greeting, reason)
    done(
      withoutStack(() => Object.assign(new Error(reason), { returnCode })),
      false,
    )
  }
  const decided = (admission: Admission) => {
    // It has hung up meanwhile, and must not take over anybody's session; aedes hears it and does nothing.
    if (client.closed) {
      done(null, true)
      return
    }
    if (!admission.admitted) {
      refuse(admission)
      return
    }
    greeting.username = admission.username
    greeting.authenticated = admission.authenticated
    greeting.clientId = client.id
    const prepared = prepare(broker, greeting)
    if (!prepared) done(null, true)
    else
      prepared.then(
        () => done(null, true),
        () => refuse(UNAVAILABLE),
      )
  }
  const wrong = flaw(broker, greeting)
  const { username, connection } = greeting
  const admission = wrong ?? guard.admit({ clientId: client.id, username, password, connection: connection! })
  if (admission instanceof Promise) admission.then(decided, () => refuse(UNAVAILABLE))
  else decided(admission)
}

/** Why nobody could be admitted with this CONNECT. */
function flaw({ options }: Broker, { clientId, cleanSession, will }: Greeting): Refused | undefined {
  if (Buffer.byteLength(clientId) > options.max_clientid_length) return IDENTIFIER_REJECTED
  if (clientId.includes('\0')) return IDENTIFIER_REJECTED
  // A session without a name could never be found again (MQTT 3.1.1 §3.1.3.1).
  if (clientId === '' && !cleanSession) return IDENTIFIER_REJECTED
  return will && !isTopic(will.topic, options) ? WILL_REFUSED : undefined
}

const WILL_REFUSED: Refused = { admitted: false, returnCode: 5, reason: 'the will has no topic' }
const UNAVAILABLE: Refused = { admitted: false, returnCode: 3, reason: 'server unavailable' }

/**
 * Before CONNACK a persistent session is found, or made and stored; a clean one begins with nothing of the one before.
 * The promise is there when something has to be stored.
 */
function prepare(broker: Broker, greeting: Greeting): Promise<void> | undefined {
  takeOver(broker, greeting.clientId)
  const before = broker.sessions.get(greeting.clientId)
  if (before && !isHeirOf(before, greeting)) end(broker, before, 'another user')
  const known = broker.sessions.get(greeting.clientId)
  if (known && (known.cleanSession || greeting.cleanSession)) end(broker, known, 'clean session')
  if (greeting.cleanSession) return known && !known.cleanSession ? commit(broker.journal) : undefined
  // Its first CONNECT may have failed since it could not be stored.
  if (known) return known.fresh ? commit(broker.journal) : undefined
  open(broker, greeting)
  return commit(broker.journal)
}

/** What waits for somebody who proved his name is not for whoever comes with the same client id. */
function isHeirOf({ authenticated, username }: SessionRecord, greeting: Greeting): boolean {
  return !authenticated || (greeting.authenticated && greeting.username === username)
}

/** Whoever is connected with that id is disconnected (§3.1.4-2); aedes does it too, but later than the session is read. */
function takeOver(broker: Broker, clientId: string): void {
  const record = broker.sessions.get(clientId)
  if (!record?.client) return
  tell(broker, 'taken over', record)
  close(broker, record.client, 'taken over')
}

/** CONNACK comes next: the connection gets its session. */
export function connected(broker: Broker, guard: Guard, client: Client): void {
  const greeting = broker.greetings.get(client)
  if (!greeting || client.closed) return
  const known = broker.sessions.get(client.id)
  if (known?.client) {
    tell(broker, 'taken over', known)
    detach(broker, known)
  }
  const found = broker.sessions.get(client.id)
  const lasting =
    found && !found.cleanSession && !greeting.cleanSession && isHeirOf(found, greeting) ? found : undefined
  // The session that CONNACK would promise has ended while this connection was let in.
  if (!greeting.cleanSession && !lasting) {
    close(broker, client, 'session ended')
    return
  }
  if (found && !lasting) end(broker, found, 'clean session')
  if (lasting) resume(lasting, greeting)
  const record = lasting ?? open(broker, greeting)
  attach(broker, record, client)
  tell(broker, 'connected', record)
  const objection = guard.objection(whoIs(record))
  if (objection !== undefined) close(broker, client, objection)
}

/** The connection has ended, whoever ended it. */
export function disconnected(broker: Broker, guard: Guard, client: Client): void {
  forgetPublishedWill(broker, client)
  const record = broker.sessions.get(client.id)
  // A taken-over session is already the newcomer's.
  if (record?.client !== client) return
  const reason = record.connection?.closedBecause ?? broker.reasons.get(client) ?? goodbye(client)
  tell(broker, 'disconnected', record, { reason })
  detach(broker, record)
  guard.left(client.id)
}

/** After DISCONNECT there is no will; otherwise whoever publishes it forgets it once it is stored. */
function forgetPublishedWill(broker: Broker, client: Client): void {
  if (saidGoodbye(client)) forgetWill(broker, client)
}

function goodbye(client: Client): string {
  return saidGoodbye(client) ? 'client disconnected' : 'connection closed'
}

function saidGoodbye(client: Client): boolean {
  return (client as unknown as { _disconnected: boolean })._disconnected
}

/** Closes the connection; the will is published. */
export function close(broker: Broker, client: Client, because: string): void {
  explain(broker, client, because)
  const connection = connectionOf(client.conn)
  if (connection) connection.closedBecause ??= because
  client.close()
}

/** The first reason is the one. */
export function explain({ reasons }: Broker, client: Client, because: string): void {
  if (!reasons.has(client)) reasons.set(client, because)
}
