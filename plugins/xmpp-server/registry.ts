import type { PluginContext } from 'patchbay'
import { type Books, newBooks } from './accounts/books.js'
import type { Engine } from './engine.js'
import { closeRooms } from './muc/destroy.js'
import { loadRooms, type Rooms } from './muc/rooms.js'
import type { Options } from './options.js'
import type { Session } from './session/session.js'
import { openStores, type Stores } from './stores.js'
import type { Stream } from './stream/stream.js'

/** What is connected and stored, kept across reloads as plain data and objects of libraries. */
export interface Registry {
  /** What the live generation does with what comes in. */
  engine: Engine
  /** Namespaces that outlive generations, so that work under way at a reload is finished. */
  readonly stores: Stores
  readonly books: Books
  readonly streams: Set<Stream>
  /** By bare JID, then by resource. */
  readonly sessions: Map<string, Map<string, Session>>
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
    async open(_call, holding): Promise<Registry> {
      const stores = openStores(holding)
      return {
        engine: undefined as unknown as Engine,
        stores,
        books: newBooks(),
        streams: new Set(),
        sessions: new Map(),
        rooms: await loadRooms(stores),
        sessionCount: 0,
        serial: 0,
        startedAt: Date.now(),
      }
    },
    close({ streams, sessions, rooms }) {
      closeRooms(rooms)
      for (const { socket } of streams) socket.destroy()
      streams.clear()
      sessions.clear()
    },
  })
}
