import { setTimeout as pause } from 'node:timers/promises'
import { answer, argumentOf, PASSWORD } from './child.js'
import { quantile, sorted } from './statistics.js'
import { type ClientOptions, XmppClient } from './xmpp-client.js'

export interface LoginOrder {
  mechanism: NonNullable<ClientOptions['mechanism']>
  tls: boolean
  /** Logins a second, whatever each of them takes. */
  rate: number
  seconds: number
}

export interface LoginResult {
  done: number
  failed: number
  firstFailure: string | undefined
  /** Milliseconds from when a login was due until its resource was bound. */
  latency: { p50: number; p99: number; max: number }
}

export type XmppLoginVerbs = {
  logins(order: LoginOrder): Promise<LoginResult>
}

const { port, accounts } = argumentOf<{ port: number; accounts: number }>()
let serial = 0

async function logins({ mechanism, tls, rate, seconds }: LoginOrder): Promise<LoginResult> {
  const latencies: number[] = []
  const failures: string[] = []
  const began = performance.now()
  const underWay: Promise<void>[] = []
  const one = async (due: number) => {
    // Any account, in an order that no cache could guess.
    const user = `user${(++serial * 48_271) % accounts}`
    try {
      const client = await XmppClient.open({ port, user, password: PASSWORD, tls, mechanism })
      latencies.push(performance.now() - due)
      client.close()
    } catch (thrown) {
      failures.push((thrown as Error).message)
    }
  }
  for (let n = 0; n < rate * seconds; n++) {
    const due = began + (n * 1000) / rate
    await pause(Math.max(0, due - performance.now()))
    underWay.push(one(due))
  }
  await Promise.all(underWay)
  const order = sorted(latencies)
  return {
    done: latencies.length,
    failed: failures.length,
    firstFailure: failures[0],
    latency: { p50: quantile(order, 0.5), p99: quantile(order, 0.99), max: quantile(order, 1) },
  }
}

answer({ logins } satisfies XmppLoginVerbs)
