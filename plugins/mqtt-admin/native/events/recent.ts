import type { MqttEvent } from '../../backend.js'

/** How many events a reader may have been away for. */
const REMEMBERED = 1000

/** The newest events of one run of the broker, as plain data: reloads keep them. */
export interface Recent {
  /** Which run of the broker: ids begin anew with each. */
  run: string
  /** Of the newest event. */
  last: number
  events: MqttEvent[]
}

export function nothing(): Recent {
  return { run: '', last: 0, events: [] }
}

export function runOf(startedAt: Date): string {
  return startedAt.getTime().toString(36)
}

/** Once: while a generation is on its way out, the next one hears the same. */
export function remember(recent: Recent, event: MqttEvent): void {
  if (event.id <= recent.last) return
  recent.last = event.id
  recent.events.push(event)
  // Cut in blocks: moving the whole list for each event would cost more than all the rest.
  if (recent.events.length >= 2 * REMEMBERED) recent.events.splice(0, recent.events.length - REMEMBERED)
}

/** What came after `seen` (`run-id`, as streams number their events), and how many of those are forgotten: null is unknown. */
export function since(
  recent: Recent,
  seen: string | undefined,
): { missed: number | null; events: readonly MqttEvent[] } {
  if (seen === undefined) return { missed: 0, events: [] }
  const [, run, number] = /^([0-9a-z]{1,16})-(\d{1,15})$/.exec(seen) ?? []
  if (run !== recent.run) return { missed: null, events: recent.events }
  const id = Number(number)
  const events = recent.events.filter(event => event.id > id)
  const first = events[0]?.id ?? recent.last + 1
  return { missed: Math.max(0, first - id - 1), events }
}
