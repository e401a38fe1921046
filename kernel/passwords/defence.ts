import type { Logger, PluginContext } from '../life/definition.js'
import { networkOf } from '../names/address-set.js'

/** Wrong logins of one name from one address, as plain data that is kept across reloads. Times in epoch milliseconds. */
export interface Failures {
  count: number
  /** When the counting began. */
  since: number
  /** Until when nobody looks at what is shown; 0 while everybody does. */
  refusedUntil: number
}

export interface DefenceOptions {
  /** Failures within a minute after which a name is refused from that address; no fewer than 20. */
  most: number
  refuseMs: number
}

const WINDOW_MS = 60_000
/** More callers than this are not told apart; the longest known one is forgotten first. */
const REMEMBERED = 50_000
/** With those that are refused. */
const MOST_REMEMBERED = 100_000
/** Failures that are answered at once: people mistype. */
const UNSLOWED = 3
const FIRST_DELAY_MS = 50
const LONGEST_DELAY_MS = 1000
/** Each of them holds a request open; who comes on top of them is answered at once. */
const MOST_DELAYED = 500

/**
 * Against guessing: wrong logins of a name from an address are answered more and more slowly, then refused for a while.
 * The same name from elsewhere is not touched, nor are credentials that were verified before.
 */
export class Defence {
  readonly #failures: Map<string, Failures>
  readonly #options: DefenceOptions
  readonly #log: Logger
  readonly #now: () => number
  #delayed = 0

  constructor(failures: Map<string, Failures>, options: DefenceOptions, log: Logger, now: () => number = Date.now) {
    this.#failures = failures
    this.#options = options
    this.#log = log
    this.#now = now
  }

  /** Whether nobody looks at what `name` shows from `address` any more. */
  refuses(name: string, address: string): boolean {
    return (this.#failures.get(keyOf(name, address))?.refusedUntil ?? 0) > this.#now()
  }

  succeeded(name: string, address: string): void {
    this.#failures.delete(keyOf(name, address))
  }

  /** Counts a failure and waits before it is answered. `refusable` is false where a name stands for many callers. */
  async failed(name: string, address: string, refusable = true): Promise<void> {
    const delay = this.#count(name, address, refusable)
    if (delay === 0 || this.#delayed >= MOST_DELAYED) return
    this.#delayed++
    try {
      await new Promise(resolve => setTimeout(resolve, delay))
    } finally {
      this.#delayed--
    }
  }

  #count(name: string, address: string, refusable: boolean): number {
    const key = keyOf(name, address)
    const now = this.#now()
    let failures = this.#failures.get(key)
    if (!failures || now - failures.since > WINDOW_MS) {
      if (!failures && this.#failures.size >= REMEMBERED) this.#makeRoom(now)
      failures = { count: 0, since: now, refusedUntil: 0 }
      this.#failures.set(key, failures)
    }
    failures.count++
    if (refusable && failures.count >= this.#options.most) this.#refuse(failures, name, address)
    if (failures.count <= UNSLOWED) return 0
    return Math.min(FIRST_DELAY_MS * 2 ** (failures.count - UNSLOWED - 1), LONGEST_DELAY_MS)
  }

  /** Whoever is refused stays so: a flood of other names must not open that door. */
  #makeRoom(now: number): void {
    const [key, oldest] = this.#failures.entries().next().value!
    this.#failures.delete(key)
    if (oldest.refusedUntil > now && this.#failures.size < MOST_REMEMBERED) this.#failures.set(key, oldest)
  }

  #refuse(failures: Failures, name: string, address: string): void {
    const { most, refuseMs } = this.#options
    const now = this.#now()
    failures.refusedUntil = now + refuseMs
    // The next round begins once this one is over.
    failures.since = failures.refusedUntil - WINDOW_MS
    failures.count = 0
    this.#log.warn(
      { address },
      `${most} wrong logins of "${name}" from ${address} within a minute: refused from there for ${refuseMs / 1000} s; ` +
        'who is logged in already, and the same name from elsewhere, is not touched',
    )
  }
}

/** What was counted before is so across a reload. */
export async function keepDefence(
  ctx: PluginContext<unknown>,
  options: { login_failures: number; login_refusal_seconds: number },
): Promise<Defence> {
  const failures = await ctx.keep('failures', {
    open: () => new Map<string, Failures>(),
    close: known => known.clear(),
  })
  const { login_failures: most, login_refusal_seconds: seconds } = options
  return new Defence(failures, { most, refuseMs: seconds * 1000 }, ctx.log)
}

function keyOf(name: string, address: string): string {
  return `${networkOf(address)} ${name.slice(0, 256)}`
}
