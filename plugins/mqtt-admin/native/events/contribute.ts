import { KernelError, type PluginContext } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend } from '../../backend.js'
import { EVENT, EVENT_FILTER, eventJson, eventMatcher } from './event.js'
import type { Feed } from './feed.js'
import { since } from './recent.js'
import { EventStream } from './stream.js'

const HEARTBEAT_MS = 15_000
/** Every event is looked at for every reader. */
const MOST_READERS = 200

const access = { permission: 'events.read' }

/** What clients do: as it happens, and the last of one client. */
export function contributeEvents(ctx: PluginContext, backend: () => MqttBackend, feed: Feed): void {
  const streams = new Set<EventStream>()
  ctx.every(HEARTBEAT_MS, () => {
    for (const stream of streams) stream.heartbeat()
  })

  const follow = {
    summary: 'What clients do, as it happens: server-sent events',
    details: [
      'Each has the name of the event, the event as JSON, and an id. A reader that comes back with Last-Event-ID is told',
      'what it has missed. The event "missed" has the "count" of what a reader was too slow for, or null when that is not known.',
    ].join(' '),
    query: z.strictObject(EVENT_FILTER),
    answerType: 'text/event-stream',
    example: { query: { event: ['connected', 'disconnected'], address: '10.0.0.0/8' } },
  }
  ctx.route('GET', '/mqtt/v1/events', { ...access, stream: true, describe: follow }, request => {
    const { res, given, signal } = request
    backend()
    if (streams.size >= MOST_READERS) throw tooMany()
    const { recent } = feed
    const matches = eventMatcher(given)
    request.respond = false
    const stream = new EventStream(res, recent)
    const seen = header(request.get('Last-Event-ID'))
    if (seen === undefined) stream.tellPlace()
    const resumed = since(recent, seen)
    if (resumed.missed !== 0) stream.missed(resumed.missed)
    for (const event of resumed.events) if (matches(event)) stream.send(event)
    const stop = feed.follow(event => {
      if (matches(event)) stream.send(event)
    })
    streams.add(stream)
    signal.addEventListener('abort', () => stream.end(), { once: true })
    res.once('close', () => {
      stop()
      streams.delete(stream)
    })
  })

  const history = {
    summary: 'The last events of a client, oldest first',
    parameters: { id: 'client id, percent-encoded' },
    query: z.strictObject({}),
    answer: z.object({ events: z.array(EVENT), total: z.int() }),
  }
  ctx.route('GET', '/mqtt/v1/clients/:id/history', { ...access, describe: history }, async ({ params }) => {
    const events = await backend().events.history(params['id']!)
    return { events: events.map(eventJson), total: events.length }
  })
}

function header(text: string): string | undefined {
  return text === '' ? undefined : text
}

function tooMany(): KernelError {
  return new KernelError('busy', `${MOST_READERS} readers follow the events already; those go on`, {
    hint: 'end one of them, or ask again later',
  })
}
