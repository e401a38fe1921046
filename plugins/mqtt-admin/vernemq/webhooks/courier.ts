import { type PluginContext, reason } from 'patchbay'
import type { MqttBackend, MqttEvent, MqttSession } from '../../backend.js'
import type { Feed } from '../../native/events/feed.js'
import { occasionsOf } from './hooks.js'
import type { KeptWebhooks, Lane } from './kept.js'
import { post } from './post.js'

/** For one endpoint. */
const MOST_WAITING = 10_000
const LOOK_MS = 1000
const REPORT_MS = 60_000

/** Tells endpoints what happens. A slow one loses what its lane has no room for, and delays no other. */
export function sendWebhooks(
  ctx: PluginContext<unknown>,
  kept: KeptWebhooks,
  backend: () => MqttBackend,
  feed: Feed,
): void {
  const { known, lanes } = kept
  const failures = new Map<string, { why: string; count: number }>()
  // While two generations are there, one of them tells.
  const isTeller = () => kept.teller === ctx.generation && !ctx.signal.aborted
  ctx.onLive(() => {
    kept.teller = ctx.generation
  })
  ctx.effect('webhooks', feed.follow(hear))
  // What the generation before has left.
  ctx.every(LOOK_MS, () => {
    for (const [endpoint, lane] of lanes) void work(endpoint, lane)
  })
  ctx.every(REPORT_MS, report)

  /** In the turn of the event where the broker is this process, so that the order stays. */
  function hear(event: MqttEvent): void {
    if (known.size === 0 || !isTeller()) return
    const session = sessionOf(event.clientId)
    if (session instanceof Promise) {
      void session.then(
        found => tell(event, found),
        () => tell(event, undefined),
      )
    } else tell(event, session)
  }

  function sessionOf(clientId: string) {
    try {
      return backend().sessions.get(clientId)
    } catch {
      return undefined
    }
  }

  function tell(event: MqttEvent, session: MqttSession | undefined): void {
    for (const occasion of occasionsOf(event, session)) {
      for (const { hook, endpoint, response_timeout: timeout } of known.values()) {
        if (hook !== occasion.hook) continue
        const lane = lanes.get(endpoint) ?? { waiting: [], busy: false, dropped: 0 }
        lanes.set(endpoint, lane)
        if (lane.waiting.length >= MOST_WAITING) lane.dropped++
        else lane.waiting.push({ ...occasion, timeout })
        void work(endpoint, lane)
      }
    }
  }

  async function work(endpoint: string, lane: Lane): Promise<void> {
    if (lane.busy) return
    lane.busy = true
    try {
      while (lane.waiting.length > 0 && isTeller()) {
        const call = lane.waiting[0]!
        try {
          await post(endpoint, call, call.timeout, ctx.signal)
        } catch (thrown) {
          // The next generation tells it.
          if (ctx.signal.aborted) return
          failures.set(endpoint, { why: reason(thrown), count: (failures.get(endpoint)?.count ?? 0) + 1 })
        }
        lane.waiting.shift()
      }
    } finally {
      lane.busy = false
    }
  }

  function report(): void {
    for (const [endpoint, { why, count }] of failures) {
      ctx.log.warn(`webhook ${withoutUser(endpoint)} failed ${count} times: ${why}`)
    }
    failures.clear()
    for (const [endpoint, lane] of lanes) {
      if (lane.dropped > 0)
        ctx.log.warn(`webhook ${withoutUser(endpoint)} is too slow: ${lane.dropped} calls were dropped`)
      lane.dropped = 0
    }
  }
}

/** It may hold a password, and its query a token. */
function withoutUser(endpoint: string): string {
  const { origin, pathname } = new URL(endpoint)
  return origin + pathname
}
