import { type Change, reason } from 'patchbay'
import type { Stored, StoreName, Stores } from './stores.js'

/** Writes that are gathered into batches, as plain data. */
export interface Journal {
  readonly stores: Stores
  /** By namespace and key, so that a later change replaces an earlier one. */
  pending: Map<string, Pending>
  /** The batch that is being written. */
  writing: Map<string, Pending>
  /** For whoever must know that what is pending now has been stored. */
  next: Committing | undefined
  /** Of the batch that is being written. */
  current: Promise<void> | undefined
  timer: NodeJS.Timeout | undefined
  /** Since when, and why, nothing could be written. */
  broken: { since: number; why: string } | undefined
}

interface Committing {
  promise: Promise<void>
  resolve(): void
  reject(thrown: unknown): void
}

interface Pending {
  store: StoreName
  key: string
  value: unknown
}

/** Milliseconds that a change may wait for a batch when nobody waits for it. */
const LAZY = 100
const RETRY = 1000
/** Changes that are remembered while the disk refuses them. */
const REMEMBERED = 200_000

export function openJournal(stores: Stores): Journal {
  return {
    stores,
    pending: new Map(),
    writing: new Map(),
    next: undefined,
    current: undefined,
    timer: undefined,
    broken: undefined,
  }
}

/** Stored with the next batch; `undefined` deletes. */
export function record<N extends StoreName>(
  journal: Journal,
  store: N,
  key: string,
  value: Stored[N] | undefined,
): void {
  journal.pending.set(`${store}\0${key}`, { store, key, value })
  if (!journal.next && !journal.timer) arm(journal, LAZY)
}

/** Resolves once all that was recorded is stored; what is asked for in one turn shares a batch. */
export function commit(journal: Journal): Promise<void> {
  if (journal.next) return journal.next.promise
  if (journal.pending.size === 0) return journal.current ?? Promise.resolve()
  const next = committing()
  // Not everybody who asks waits, and a broken disk is told as an alarm.
  next.promise.catch(() => undefined)
  journal.next = next
  if (!journal.current) setImmediate(write, journal)
  return next.promise
}

/** What is, or is about to be, stored. */
export async function read<N extends StoreName>(
  journal: Journal,
  store: N,
  keys: string[],
): Promise<(Stored[N] | undefined)[]> {
  const fresh = keys.map(key => {
    const name = `${store}\0${key}`
    return journal.pending.get(name) ?? journal.writing.get(name)
  })
  if (fresh.every(found => found)) return fresh.map(found => found!.value as Stored[N] | undefined)
  const stored = await journal.stores[store].getMany(keys)
  return keys.map((_, index) => (fresh[index] ? fresh[index].value : stored[index]) as Stored[N] | undefined)
}

/** `Promise.withResolvers` came with Node 22. */
function committing(): Committing {
  const committing = {} as Committing
  committing.promise = new Promise((resolve, reject) => Object.assign(committing, { resolve, reject }))
  return committing
}

function arm(journal: Journal, ms: number): void {
  journal.timer = setTimeout(() => {
    journal.timer = undefined
    if (!journal.current) void write(journal)
  }, ms)
  journal.timer.unref()
}

async function write(journal: Journal): Promise<void> {
  if (journal.current) return
  const { next, pending, stores } = journal
  clearTimeout(journal.timer)
  journal.timer = undefined
  journal.next = undefined
  if (pending.size === 0) return next?.resolve()
  journal.writing = pending
  journal.pending = new Map()
  const changes = [...pending.values()].map(({ store, key, value }) =>
    value === undefined ? { delete: key, in: stores[store] } : { put: key, value, in: stores[store] },
  ) as Change<never>[]
  journal.current = next?.promise ?? Promise.resolve()
  try {
    await stores.sessions.batch(changes)
    journal.broken = undefined
    next?.resolve()
  } catch (thrown) {
    journal.broken ??= { since: Date.now(), why: reason(thrown) }
    keep(journal)
    next?.reject(thrown)
  }
  journal.writing = new Map()
  journal.current = undefined
  if (journal.next) setImmediate(write, journal)
  else if (journal.pending.size > 0 && !journal.timer) arm(journal, journal.broken ? RETRY : LAZY)
}

/** What could not be written is tried again, unless something newer has replaced it. */
function keep(journal: Journal): void {
  for (const [name, change] of journal.writing) {
    if (journal.pending.size >= REMEMBERED) return
    if (!journal.pending.has(name)) journal.pending.set(name, change)
  }
}
