import { setTimeout as pause } from 'node:timers/promises'
import { answer } from './child.js'
import { Connection, type Reply } from './connection.js'
import type { Exchange, GeneratorVerbs, LoadOrder, LoadResult } from './load.js'
import { quantile, sorted } from './statistics.js'

/** How long the last answers may take, in milliseconds. */
const PATIENCE_MS = 10_000

/** The lowest revision that may answer, by source: the newest one announced or seen. */
const lowest: number[] = []

/**
 * The loop never sleeps. A timer would send in bursts; and a server that is slower than its client would pay, in its
 * own system time, for waking the client's core with every answer: up to 9 µs each, and nothing for the faster one.
 */
function turn(): Promise<void> {
  return new Promise(setImmediate)
}

/** What is wrong with `reply`; undefined when it is right. `floor` is the lowest revision acceptable when it was asked for. */
function fault(exchange: Exchange, reply: Reply | undefined, floor: number): string | undefined {
  if (!reply) return 'connection ended'
  const { status, body } = reply
  if (status !== '200') return `status ${status}`
  const { before, after, source = 0 } = exchange
  if (after === undefined) return body === before ? undefined : 'wrong body'
  const revision = Number(body.slice(before.length, body.length - after.length))
  if (!Number.isInteger(revision) || !body.startsWith(before) || !body.endsWith(after)) return 'wrong body'
  if (revision < floor) return 'retired revision'
  if (revision > (lowest[source] ?? 0)) lowest[source] = revision
  return undefined
}

async function load({
  port,
  exchanges,
  connections,
  rate,
  ms,
  requests = Infinity,
  anyBody,
  givesUp,
  sleeps,
}: LoadOrder): Promise<LoadResult> {
  const idle: Connection[] = []
  const all = new Set<Connection>()
  const open = async () => {
    const connection = await Connection.open(port, () => {
      all.delete(connection)
      const at = idle.indexOf(connection)
      if (at >= 0) idle.splice(at, 1)
      if (!over) void open()
    })
    all.add(connection)
    idle.push(connection)
  }
  let over = false
  await Promise.all(Array.from({ length: connections }, open))

  const latencies: number[] = []
  const failures: Record<string, number> = {}
  let [sent, answered, failed, bytes] = [0, 0, 0, 0]
  let firstFailure: string | undefined
  const began = performance.now()
  const until = ms === undefined ? Infinity : began + ms

  const send = (connection: Connection, due: number) => {
    const exchange = exchanges[sent++ % exchanges.length]!
    const floor = lowest[exchange.source ?? 0] ?? 0
    connection.send(exchange.request, reply => {
      const now = performance.now()
      answered++
      latencies.push(now - due)
      bytes += reply?.bytes ?? 0
      const wrong = anyBody && reply?.status === '200' ? undefined : fault(exchange, reply, floor)
      if (wrong) {
        failed++
        failures[wrong] = (failures[wrong] ?? 0) + 1
        firstFailure ??= `${exchange.request.split('\r\n', 1)[0]}: ${wrong}: ${reply?.body.slice(0, 300) ?? ''}`
      }
      if (!reply) return
      if (rate === undefined && sent < requests && now < until) send(connection, now)
      else idle.push(connection)
    })
  }

  if (rate === undefined) {
    for (const connection of idle.splice(0)) if (sent < requests) send(connection, began)
    while (performance.now() < until && answered < requests) await turn()
  } else {
    let due = began
    for (;;) {
      const now = performance.now()
      while (due <= now && due < until && sent < requests && idle.length > 0) {
        send(idle.shift()!, due)
        due += 1000 / rate
      }
      if (due >= until || sent >= requests || (givesUp && now >= until)) break
      await (sleeps ? pause(1) : turn())
    }
  }
  const seconds = (performance.now() - began) / 1000
  const patience = performance.now() + PATIENCE_MS
  while (answered < sent && performance.now() < patience) await pause(5)
  over = true
  if (answered < sent) {
    failures['no answer'] = sent - answered
    failed += sent - answered
  }
  for (const connection of all) connection.close()
  const order = sorted(latencies)
  return {
    answered,
    seconds,
    bytes: bytes / answered,
    failed,
    failures,
    firstFailure,
    latency: {
      p50: quantile(order, 0.5),
      p99: quantile(order, 0.99),
      p999: quantile(order, 0.999),
      max: quantile(order, 1),
    },
  }
}

answer({
  load,
  live({ source, revision }) {
    lowest[source] = Math.max(lowest[source] ?? 0, revision)
  },
} satisfies GeneratorVerbs)
