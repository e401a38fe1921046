import type { Change } from 'patchbay'
import type { Server } from '../server.js'
import type { Session } from '../session/session.js'
import type { Stores } from '../stores.js'
import { LIMITS } from './limits.js'
import { type Nicks, newNicks } from './nicks.js'
import { type RoomOptions, usualOptions } from './options.js'
import { newRoom, on, type Room, type Standing, type Subject, type Subscriber } from './room.js'

/** All rooms, and who is where; plain data that outlives generations. */
export interface Rooms {
  /** By JID. */
  readonly all: Map<string, Room>
  /** The JIDs of the rooms that a session is in. */
  readonly places: Map<Session, Set<string>>
  readonly nicks: Nicks
}

/** What is stored of a room that is persistent, under `service/name`. */
export interface RoomRecord {
  options: RoomOptions
  founder: string
  subject: Subject
  usedAt: number
  spoken: boolean
}

/** The rooms that were stored. */
export async function loadRooms({ rooms, affiliations, subscribers, nicks }: Stores): Promise<Rooms> {
  const all = new Map<string, Room>()
  for await (const [key, { options, founder, subject, usedAt, spoken }] of rooms.entries()) {
    const slash = key.indexOf('/')
    const room = newRoom(key.slice(slash + 1), key.slice(0, slash), { ...usualOptions(), ...options }, founder)
    all.set(room.jid, Object.assign(room, { subject, usedAt, storedUse: usedAt, spoken }))
  }
  const place = <T>(entry: string, value: T, of: (room: Room) => Map<string, T>) => {
    const [service, name, jid] = entry.split('/') as [string, string, string]
    const room = all.get(`${name}@${service}`)
    if (room) of(room).set(jid, value)
  }
  for await (const [entry, standing] of affiliations.entries()) place(entry, standing, room => room.affiliations)
  for await (const [entry, subscriber] of subscribers.entries()) place(entry, subscriber, room => room.subscribers)
  const registered: [key: string, nick: string][] = []
  for await (const entry of nicks.entries()) registered.push(entry)
  return { all, places: new Map(), nicks: newNicks(registered) }
}

/** Whether no more rooms can be made. */
export function isFull({ hosts, registry }: Server): boolean {
  return registry.rooms.all.size >= LIMITS.rooms * hosts.length
}

export function roomKey({ service, name }: Room): string {
  return `${service}/${name}`
}

/** Where the affiliation or subscription of a JID to a room is stored. */
function inRoom(room: Room, jid: string): string {
  return `${roomKey(room)}/${jid}`
}

/** Stores what is given of a persistent room; nothing of a temporary one. */
export async function storeRoom({ registry: { stores } }: Server, room: Room, changes: readonly Change[] = []) {
  if (!on(room, 'persistent')) return
  await stores.rooms.batch([...(changes as Change<RoomRecord>[]), { put: roomKey(room), value: recordOf(room) }])
  room.storedUse = room.usedAt
}

/** When a room was used last is worth storing, and not worth the talk in it when it cannot be stored. */
export async function storeUse(server: Server, room: Room): Promise<void> {
  try {
    await storeRoom(server, room)
  } catch (err) {
    server.log.error({ err }, `that ${room.jid} was used could not be stored; the room itself works`)
    // Not again before the next hour.
    room.storedUse = room.usedAt
  }
}

/** Stores a room with everybody who has to do with it. */
export function storeWhole(server: Server, room: Room): Promise<void> {
  const { affiliations, subscribers } = server.registry.stores
  const stand = [...room.affiliations].map(([jid, value]) => ({ put: inRoom(room, jid), value, in: affiliations }))
  const subscribed = [...room.subscribers].map(([jid, value]) => ({ put: inRoom(room, jid), value, in: subscribers }))
  return storeRoom(server, room, [...stand, ...subscribed])
}

/** Takes it out of the store, if it is there. */
export function unstore({ registry: { stores } }: Server, room: Room): Promise<void> {
  const { rooms, affiliations, subscribers } = stores
  return rooms.batch([
    { delete: roomKey(room) },
    ...[...room.affiliations.keys()].map(jid => ({ delete: inRoom(room, jid), in: affiliations })),
    ...[...room.subscribers.keys()].map(jid => ({ delete: inRoom(room, jid), in: subscribers })),
  ])
}

export function affiliationChange(server: Server, room: Room, jid: string, value: Standing | undefined): Change {
  const { affiliations } = server.registry.stores
  const key = inRoom(room, jid)
  return value ? { put: key, value, in: affiliations } : { delete: key, in: affiliations }
}

export function subscriberChange(server: Server, room: Room, jid: string, value: Subscriber | undefined): Change {
  const { subscribers } = server.registry.stores
  const key = inRoom(room, jid)
  return value ? { put: key, value, in: subscribers } : { delete: key, in: subscribers }
}

export function recordOf({ options, founder, subject, usedAt, spoken }: Room): RoomRecord {
  return { options, founder, subject, usedAt, spoken }
}
