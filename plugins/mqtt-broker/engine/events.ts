import type { EventEmitter } from 'node:events'
import type { EventName, MqttEvent, MqttEvents } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'

/** What happened, as plain data. */
export interface Chronicle {
  emitter: EventEmitter
  /** The id of the last event. */
  last: number
  /** The last events of each client; the client of the latest event is last. */
  histories: Map<string, MqttEvent[]>
  /** What all histories together cost. */
  kept: number
  /** What is told as one event a second: per client, event and reason. */
  gathered: Map<string, { about: Teller; event: EventName; reason: string; topic: string; count: number }>
}

/** In all histories together, where names and topics are short. */
const KEPT = 200_000
/** Characters for which an event counts as one more: names and topics come from whoever likes, up to 64 KB each. */
const SHORT = 256

function costOf({ clientId, username = '', topic = '' }: MqttEvent): number {
  return 1 + Math.floor((clientId.length + username.length + topic.length) / SHORT)
}

export function events({ chronicle }: Broker): MqttEvents {
  return {
    subscribe(listener) {
      chronicle.emitter.on('event', listener)
      return () => void chronicle.emitter.off('event', listener)
    },
    history: clientId => chronicle.histories.get(clientId) ?? [],
  }
}

/** Of whom an event tells. */
export interface Teller {
  clientId: string
  username: string | undefined
  address: string | undefined
}

type Detail = Pick<MqttEvent, 'topic' | 'qos' | 'reason' | 'count'>

/** Numbers the event, and tells it to whoever listens, in this turn. */
export function tell(broker: Broker, event: EventName, about: Teller, detail: Detail = {}): void {
  const { chronicle, options } = broker
  const id = ++chronicle.last
  const heard = chronicle.emitter.listenerCount('event') > 0
  if (!heard && options.history === 0) return
  const { clientId, username, address } = about
  const told: MqttEvent = { id, at: Date.now(), event, clientId, username, address, ...detail }
  if (options.history > 0) keep(chronicle, told, options.history)
  if (heard) chronicle.emitter.emit('event', told)
}

/** Told once a second with how many there were, since there may be thousands. */
export function gather(broker: Broker, event: EventName, about: Teller, topic: string, reason: string): void {
  const { gathered } = broker.chronicle
  const name = `${event}\0${reason}\0${about.clientId}`
  const known = gathered.get(name)
  if (known) {
    known.count++
    known.topic = topic
  } else if (gathered.size < KEPT) gathered.set(name, { about, event, reason, topic, count: 1 })
}

export function tellGathered(broker: Broker): void {
  const { chronicle } = broker
  if (chronicle.gathered.size === 0) return
  const { gathered } = chronicle
  chronicle.gathered = new Map()
  for (const { about, event, reason, topic, count } of gathered.values()) {
    tell(broker, event, about, { topic, reason, count })
  }
}

function keep(chronicle: Chronicle, told: MqttEvent, most: number): void {
  const { histories } = chronicle
  const history = histories.get(told.clientId) ?? []
  histories.delete(told.clientId)
  histories.set(told.clientId, history)
  history.push(told)
  chronicle.kept += costOf(told)
  const over = history.length - most
  if (over > 0) for (const gone of history.splice(0, over)) chronicle.kept -= costOf(gone)
  while (chronicle.kept > KEPT) {
    const [clientId, oldest] = histories.entries().next().value!
    histories.delete(clientId)
    for (const gone of oldest) chronicle.kept -= costOf(gone)
  }
}
