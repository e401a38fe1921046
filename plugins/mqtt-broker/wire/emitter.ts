import type { Handlers } from './handlers.js'

export interface Message {
  topic: string
}
export type Notify<M extends Message = Message> = (message: M, done: () => void) => void

/** What aedes asks of an emitter (`mq`), as of the package mqemitter. */
export interface Emitter {
  on(filter: string, notify: Notify, done?: () => void): Emitter
  removeListener(filter: string, notify: Notify, done?: () => void): Emitter
  emit(message: Message, done?: (error?: Error) => void): Emitter
  close(done: () => void): Emitter
}

/** Who wants what, as plain data that outlives generations. */
export interface Interests {
  readonly root: Level
  /** Topic to whom it concerns, for topics published lately; the lists are never changed, as an emit may be at them. */
  readonly known: Map<string, readonly Notify[]>
}

interface Level {
  /** By the next level; `+` and `#` are keys like others. */
  readonly below: Map<string, Level>
  readonly interested: Set<Notify>
}

/** Topics of which is remembered whom they concern. */
const MOST_KNOWN = 10_000

const newLevel = (): Level => ({ below: new Map(), interested: new Set() })

export function newInterests(): Interests {
  return { root: newLevel(), known: new Map() }
}

/**
 * Hands messages on in the turn in which they come, without a limit of how many are under way: each publisher is read
 * again only when its own messages are done. Its functions are those of the live generation.
 */
export function openEmitter(handlers: () => Pick<Handlers, 'interested'>): Emitter {
  let closed = false
  const interests = newInterests()
  const emitter: Emitter = {
    on(filter, notify, done) {
      handlers().interested.add(interests, filter, notify)
      if (done) setImmediate(done)
      return emitter
    },
    removeListener(filter, notify, done) {
      handlers().interested.remove(interests, filter, notify)
      if (done) setImmediate(done)
      return emitter
    },
    emit(message, done = () => undefined) {
      if (closed) done(new Error('mqemitter is closed'))
      else handlers().interested.notify(interests, message, done)
      return emitter
    },
    close(done) {
      closed = true
      setImmediate(done)
      return emitter
    },
  }
  return emitter
}

export interface Interested {
  add(interests: Interests, filter: string, notify: Notify): void
  remove(interests: Interests, filter: string, notify: Notify): void
  notify(interests: Interests, message: Message, done: () => void): void
}

export const interested: Interested = {
  add(interests, filter, notify) {
    let level = interests.root
    for (const name of filter.split('/')) {
      const next = level.below.get(name) ?? newLevel()
      level.below.set(name, next)
      level = next
    }
    level.interested.add(notify)
    forget(interests, filter)
  },

  remove(interests, filter, notify) {
    const names = filter.split('/')
    const path = [interests.root]
    for (const name of names) {
      const next = path.at(-1)!.below.get(name)
      if (!next) return
      path.push(next)
    }
    if (!path.at(-1)!.interested.delete(notify)) return
    for (let depth = names.length; depth > 0 && isEmpty(path[depth]!); depth--) {
      path[depth - 1]!.below.delete(names[depth - 1]!)
    }
    forget(interests, filter)
  },

  notify({ root, known }, message, done) {
    let concerned = known.get(message.topic)
    if (!concerned) {
      const found: Notify[] = []
      collect(root, message.topic.split('/'), 0, found)
      if (known.size >= MOST_KNOWN) known.clear()
      known.set(message.topic, found)
      concerned = found
    }
    let left = concerned.length
    if (left === 0) {
      done()
      return
    }
    const one = () => {
      if (--left === 0) done()
    }
    for (const notify of concerned) notify(message, one)
  },
}

/** MQTT 3.1.1 §4.7.1; that wildcards leave out `$…` is aedes' business. */
function collect({ below, interested }: Level, names: readonly string[], at: number, found: Notify[]): void {
  const rest = below.get('#')
  if (rest) for (const notify of rest.interested) found.push(notify)
  if (at === names.length) {
    for (const notify of interested) found.push(notify)
    return
  }
  const one = below.get('+')
  if (one) collect(one, names, at + 1, found)
  const name = names[at]!
  const same = name === '+' || name === '#' ? undefined : below.get(name)
  if (same) collect(same, names, at + 1, found)
}

function forget({ known }: Interests, filter: string): void {
  if (filter.includes('+') || filter.includes('#')) known.clear()
  else known.delete(filter)
}

function isEmpty({ below, interested }: Level): boolean {
  return below.size === 0 && interested.size === 0
}
