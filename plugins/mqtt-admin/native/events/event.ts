import { z } from 'zod'
import type { EventName, MqttEvent } from '../../backend.js'
import { addressMatcher, isNetwork } from '../session-filter.js'
import { filterText, topicMatches } from '../topic.js'

/** Of the API to that of the backend: an underscore for a blank. */
const NAMES = {
  connected: 'connected',
  refused: 'refused',
  disconnected: 'disconnected',
  taken_over: 'taken over',
  subscribed: 'subscribed',
  unsubscribed: 'unsubscribed',
  dropped: 'dropped',
  publish_refused: 'publish refused',
  subscribe_refused: 'subscribe refused',
  session_opened: 'session opened',
  session_ended: 'session ended',
} as const satisfies Record<string, EventName>

export type Name = keyof typeof NAMES
const names = Object.keys(NAMES) as [Name, ...Name[]]

export const EVENT = z.object({
  id: z.int().describe('grows with every event since the broker began'),
  at: z.iso.datetime(),
  event: z.enum(names),
  client_id: z.string(),
  username: z.string().nullable(),
  address: z.string().nullable(),
  topic: z.string().optional().describe('the filter or topic it is about'),
  qos: z.int().optional(),
  reason: z.string().optional(),
  count: z.int().optional().describe('how many, where several of one kind are told at once'),
})

export const EVENT_FILTER = {
  client_id: z.array(z.string()).max(1000).optional().describe('only of these clients'),
  username: z.string().optional().describe('only of this user'),
  event: z.array(z.enum(names)).optional().describe('only these'),
  topic: filterText.optional().describe('only about topics that match this MQTT filter, or about the filter itself'),
  address: z
    .string()
    .refine(isNetwork, 'expected an address or a network, such as 10.0.0.7 or 10.0.0.0/8')
    .optional()
    .describe('only from this address or network'),
}

const shape = z.object(EVENT_FILTER)

export function eventMatcher(filter: z.infer<typeof shape>): (event: MqttEvent) => boolean {
  const { username, topic } = filter
  const ids = filter.client_id && new Set(filter.client_id)
  const wanted = filter.event && new Set<string>(filter.event.map(name => NAMES[name]))
  const inNetwork = filter.address === undefined ? undefined : addressMatcher(filter.address)
  return event =>
    (!ids || ids.has(event.clientId)) &&
    (!wanted || wanted.has(event.event)) &&
    (username === undefined || event.username === username) &&
    (topic === undefined || (event.topic !== undefined && topicMatches(topic, event.topic))) &&
    (!inNetwork || inNetwork(event))
}

export function eventJson({ id, at, event, clientId, username, address, topic, qos, reason, count }: MqttEvent) {
  return {
    id,
    at: new Date(at).toISOString(),
    event: nameOf(event),
    client_id: clientId,
    username: username ?? null,
    address: address ?? null,
    // JSON leaves out what is undefined.
    topic,
    qos,
    reason,
    count,
  }
}

export function nameOf(event: EventName): Name {
  return event.replaceAll(' ', '_') as Name
}
