import type { PluginContext } from 'patchbay'
import { rememberOnline } from './accounts/activity.js'
import { type Books, newBooks } from './accounts/books.js'
import type { Engine } from './engine.js'
import { closeRooms } from './muc/destroy.js'
import { loadRooms, type Rooms } from './muc/rooms.js'
import type { Options } from './options.js'
import type { Session } from './session/session.js'
import type { HostSessions } from './session/sessions.js'
import { openStores, type Stores } from './stores.js'
import { type Counters, newCounters } from './stream/counters.js'
import type { Stream } from './stream/stream.js'
import { openWire, type Wire } from './stream/wire.js'

/** What is connected and stored, kept across reloads as plain data and objects of libraries. */
export interface Registry {
  /** What the live generation does with what comes in. */
  engine: Engine
  /** Namespaces that outlive generations, so that work under way at a reload is finished. */
  readonly stores: Stores
  readonly books: Books
  readonly streams: Set<Stream>
  readonly wire: Wire
  readonly counters: Counters
  /** By bare JID, then by resource. */
  readonly sessions: Map<string, Map<string, Session>>
  /** The same sessions by domain. */
  readonly byHost: Map<string, HostSessions>
  /** Who has logged in and not bound a resource yet. */
  readonly unbound: Set<Stream>
  readonly rooms: Rooms
  /** How many sessions there are. */
  sessionCount: number
  /** The serial of the stream opened last. */
  serial: number
  /** Milliseconds since the epoch. */
  readonly startedAt: number
}

/** Opens the registry, or takes over the one before with its clients. */
export async function keepRegistry(ctx: PluginContext<Options>): Promise<Registry> {
  return ctx.keep<Registry>('registry', {
    async open(call, holding) {
      const stores = openStores(holding)
      const registry = { ...emptyRegistry(), stores, rooms: await loadRooms(stores) } as Registry & { wire: Wire }
      registry.wire = openWire(registry, act => call['inside']!(act))
      return registry
    },
    behaviour: { inside: act => (act as () => unknown)() },
    async close(registry) {
      const { streams, sessions, byHost, unbound, rooms, stores } = registry
      try {
        await closeRooms(rooms, stores)
        await rememberOnline(registry)
      } finally {
        await registry.engine?.shutDown()
      }
      for (const each of [streams, sessions, byHost, unbound]) each.clear()
    },
  })
}

function emptyRegistry(): Omit<Registry, 'engine' | 'stores' | 'wire' | 'rooms'> {
  return {
    books: newBooks(),
    streams: new Set(),
    counters: newCounters(),
    sessions: new Map(),
    byHost: new Map(),
    unbound: new Set(),
    sessionCount: 0,
    serial: 0,
    startedAt: Date.now(),
  }
}
