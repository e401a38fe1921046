import type { Who } from '../../guard.js'

interface Decided {
  readonly username: string | undefined
  readonly authenticated: boolean
  readonly address: string
  /** By topic; the one asked for longest ago comes first. */
  readonly topics: Map<string, boolean>
}

/** A client publishes to a few topics again and again. */
const MOST_OF_ONE = 32
/** About 40 MB. */
const MOST_IN_ALL = 200_000
const LONGEST_TOPIC = 256

/** What was decided about publishing, for each client that publishes. */
export class Decisions {
  readonly #clients = new Map<string, Decided>()
  #count = 0

  get(who: Who, topic: string): boolean | undefined {
    const topics = this.#of(who)?.topics
    const decided = topics?.get(topic)
    // Worth it only once one may have to go.
    if (decided !== undefined && topics!.size > MOST_OF_ONE / 2) {
      topics!.delete(topic)
      topics!.set(topic, decided)
    }
    return decided
  }

  add(who: Who, topic: string, permit: boolean): void {
    if (topic.length > LONGEST_TOPIC) return
    const { topics } = this.#of(who) ?? this.#open(who)
    if (topics.size >= MOST_OF_ONE) {
      topics.delete(topics.keys().next().value!)
      this.#count--
    }
    if (this.#count >= MOST_IN_ALL) this.forget(this.#clients.keys().next().value!)
    topics.set(topic, permit)
    this.#count++
  }

  /** All that was decided for the client, or only for one topic. */
  forget(clientId: string, topic?: string): void {
    const decided = this.#clients.get(clientId)
    if (!decided) return
    if (topic === undefined) {
      this.#clients.delete(clientId)
      this.#count -= decided.topics.size
    } else if (decided.topics.delete(topic)) this.#count--
  }

  clear(): void {
    this.#clients.clear()
    this.#count = 0
  }

  /** Another client under the same id is somebody else. */
  #of({ clientId, username, authenticated, address }: Who): Decided | undefined {
    const decided = this.#clients.get(clientId)
    if (!decided) return undefined
    const same = decided.username === username && decided.authenticated === authenticated && decided.address === address
    if (same) return decided
    this.forget(clientId)
    return undefined
  }

  #open({ clientId, username, authenticated, address }: Who): Decided {
    const decided: Decided = { username, authenticated, address, topics: new Map() }
    this.#clients.set(clientId, decided)
    return decided
  }
}
