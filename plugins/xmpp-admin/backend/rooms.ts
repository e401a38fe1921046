/** Multi-user chat (XEP-0045). Rooms are bare JIDs. */
export interface XmppRooms {
  /** The domains of the services: `conference.localhost`. */
  services(): Promise<readonly string[]>
  /** Of a service, or of all; in the order of their JIDs. */
  list(service?: string): Promise<readonly RoomSummary[]>
  create(room: string, options: readonly RoomOption[]): Promise<'created' | 'exists' | 'unknown_service' | RoomRefusal>
  destroy(room: string, reason?: string): Promise<'destroyed' | 'unknown_room'>
  /** In ejabberd's names and words, in its order; undefined for an unknown room. */
  options(room: string): Promise<readonly RoomOption[] | undefined>
  setOption(room: string, option: RoomOption): Promise<'changed' | 'unknown_room' | RoomRefusal>
  affiliations(room: string): Promise<readonly RoomAffiliation[] | undefined>
  /** `none` for whoever is not listed; undefined for an unknown room. */
  affiliation(room: string, jid: string): Promise<Affiliation | undefined>
  /** Occupants whom it concerns are told, or removed from the room. */
  setAffiliation(
    room: string,
    jid: string,
    affiliation: Affiliation,
    reason?: string,
  ): Promise<'changed' | 'unknown_room'>
  occupants(room: string): Promise<readonly RoomOccupant[] | undefined>
  /** The rooms that a user's sessions are in. */
  roomsOf(jid: string): Promise<readonly string[]>
  /** Direct invitations (XEP-0249). */
  invite(
    room: string,
    whom: readonly string[],
    given: { password?: string; reason?: string },
  ): Promise<'invited' | 'unknown_room'>
  /** Rooms of a service in which nobody has spoken for so long; nobody is in them. */
  unused(service: string | undefined, days: number): Promise<readonly string[]>
  /** Persistent rooms of a service without history and occupants. */
  empty(service: string | undefined): Promise<readonly string[]>
  /** Makes a nick an account's own in all rooms of a service; undefined gives it back. */
  registerNick(
    service: string,
    jid: string,
    nick: string | undefined,
  ): Promise<'registered' | 'nick_taken' | 'unknown_service'>
  readonly subscriptions: RoomSubscriptions
}

/** Being told of what happens in a room without being in it (ejabberd's MUC/Sub). */
export interface RoomSubscriptions {
  of(jid: string): Promise<readonly RoomSubscription[]>
  list(room: string): Promise<readonly string[] | undefined>
  subscribe(
    room: string,
    jid: string,
    nick: string,
    nodes: readonly string[],
  ): Promise<'subscribed' | 'unknown_room' | 'not_allowed' | 'nick_taken'>
  unsubscribe(room: string, jid: string): Promise<'unsubscribed' | 'unknown_room' | 'not_subscribed'>
}

export interface RoomSubscription {
  room: string
  nick: string
  nodes: readonly string[]
}

export type Affiliation = 'owner' | 'admin' | 'member' | 'none' | 'outcast'
export type RoomRefusal = 'unknown_option' | 'invalid_value'

export interface RoomOption {
  name: string
  value: string
}

export interface RoomSummary {
  jid: string
  public: boolean
  participants: number
}

export interface RoomAffiliation {
  /** Bare, or a domain. */
  jid: string
  affiliation: Affiliation
  reason: string
}

export interface RoomOccupant {
  /** The full JID of the session. */
  jid: string
  nick: string
  role: 'moderator' | 'participant' | 'visitor'
}
