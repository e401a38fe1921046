/** What a service of rooms holds at most; what comes on top is refused, `resource-constraint` to a client. */
export const LIMITS = {
  /** For each host. */
  rooms: 10_000,
  /** That one account has made and that are still there, so that nobody takes all the places. */
  founded: 200,
  /** In one room, whatever its own `max_users` says. */
  occupants: 5000,
  /** Owners and administrators who still get into a full room. */
  reserve: 5,
  /** That one session is in. */
  roomsOfSession: 100,
  /** Messages that a room remembers, and their characters of XML. */
  history: 20,
  historySize: 256 * 1024,
  affiliations: 5000,
  subscribers: 1000,
  /** Characters of an option, a subject, a reason. */
  text: 8192,
  /** Characters of XML of a presence. */
  presence: 16 * 1024,
  /** In one stanza. */
  invitations: 20,
  items: 100,
  /** Rooms that disco#items lists. */
  listed: 1000,
  /** Occupants that are told in one turn of the event loop. */
  chunk: 100,
} as const
