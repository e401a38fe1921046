import { setTimeout as pause } from 'node:timers/promises'
import { answer, argumentOf, PASSWORD } from './child.js'
import { type ClientOptions, XmppClient } from './xmpp-client.js'

export interface XmppTally {
  sent: number
  /** How many of them never reached the one they were for. */
  lost: number
  /** How many came more than once. */
  repeated: number
  /** Streams that ended, whoever ended them. */
  closed: number
  seconds: number
}

export interface CrowdOptions {
  port: number
  tls?: boolean
  mechanism?: ClientOptions['mechanism']
}

export type XmppCrowdVerbs = {
  /** Logs in so many more; resolves to how many are connected. */
  connect(count: number): Promise<number>
  /** From now on so many messages a second, each from one client to another. */
  flow(rate: number): void
  /** Ends the flow and waits for what is under way. */
  stop(): Promise<XmppTally>
}

const options = argumentOf<CrowdOptions>()
/** How many log in at once. */
const BATCH = 20
const PATIENCE_MS = 20_000

const clients: XmppClient[] = []
const open = new Set<string>()
let [sent, repeated, closed, flowing, began] = [0, 0, 0, false, 0]
let flow: Promise<void> | undefined

async function logIn(index: number): Promise<void> {
  clients[index] = await XmppClient.open({
    ...options,
    user: `user${index}`,
    password: PASSWORD,
    resource: 'bench',
    onMessage: id => {
      // Which of two clients a message was for is in its id.
      if (!id.endsWith(`-${index}`) || !open.delete(id)) repeated++
    },
    onClose: () => closed++,
  })
}

async function send(rate: number): Promise<void> {
  while (flowing) {
    const due = ((performance.now() - began) / 1000) * rate
    for (; sent < due; sent++) {
      const to = (sent * 7919 + 1) % clients.length
      const id = `m${sent}-${to}`
      open.add(id)
      clients[sent % clients.length]!.message(`user${to}@localhost`, id, 'x'.repeat(64))
    }
    await pause(2)
  }
}

answer({
  async connect(count) {
    const first = clients.length
    for (let from = 0; from < count; from += BATCH) {
      await Promise.all(Array.from({ length: Math.min(BATCH, count - from) }, (_, n) => logIn(first + from + n)))
    }
    return clients.length - closed
  },
  flow(rate) {
    ;[sent, repeated, flowing, began] = [0, 0, true, performance.now()]
    flow = send(rate)
  },
  async stop() {
    flowing = false
    await flow
    const seconds = (performance.now() - began) / 1000
    const until = performance.now() + PATIENCE_MS
    while (open.size > 0 && performance.now() < until) await pause(20)
    // What comes twice would come now.
    await pause(200)
    return { sent, lost: open.size, repeated, closed, seconds }
  },
} satisfies XmppCrowdVerbs)
