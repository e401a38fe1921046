import type { PluginContext } from 'patchbay'
import type { MqttBackend, MqttEvent } from '../../backend.js'
import { nothing, type Recent, remember, runOf } from './recent.js'

export interface Feed {
  /** Throws what the broker says when it cannot tell of events. */
  readonly recent: Recent
  /** Calls `reader` with every event from now on; returns how to stop it. */
  follow(reader: (event: MqttEvent) => void): () => void
}

/** How soon another broker, or the same after a reload, is listened to. */
const LOOK_MS = 500

/** One subscription to the broker for all readers. What was told lately is kept, so that a reload loses nobody's place. */
export async function openFeed(ctx: PluginContext, backend: () => MqttBackend): Promise<Feed> {
  const recent = await ctx.keep<Recent>('recent events', { open: nothing, close: () => undefined })
  const readers = new Set<(event: MqttEvent) => void>()
  let source: MqttBackend | undefined
  let stop = () => {}
  let refusal: unknown

  const hear = (event: MqttEvent) => {
    remember(recent, event)
    for (const reader of readers) reader(event)
  }
  const listen = () => {
    const now = running(backend)
    if (now === source) return
    stop()
    stop = () => {}
    source = now
    refusal = undefined
    if (!now) return
    const run = runOf(now.startedAt)
    if (recent.run !== run) Object.assign(recent, nothing(), { run })
    try {
      stop = now.events.subscribe(hear)
    } catch (thrown) {
      refusal = thrown
    }
  }
  ctx.onLive(listen)
  ctx.every(LOOK_MS, listen)
  ctx.effect('subscription to events', () => stop())

  return {
    get recent() {
      listen()
      if (refusal !== undefined) throw refusal
      return recent
    },
    follow(reader) {
      readers.add(reader)
      return () => void readers.delete(reader)
    },
  }
}

function running(backend: () => MqttBackend): MqttBackend | undefined {
  try {
    return backend()
  } catch {
    return undefined
  }
}
