/** A group as it is stored, under its host and id. */
export interface GroupRecord {
  id: string
  label: string
  description: string
  /** The ids of the groups that its members see. */
  displayed: string[]
  /** The bare JID of its room. */
  room?: string
  /** It is being deleted: its members do not share anything any more. */
  leaving?: true
}

/** Of an account, or of who may become one, in a group. */
export interface Membership {
  /** Added without changes of rosters; they come with the next sync. */
  delayed?: true
  /** It is being removed: what it has shared is being undone. */
  leaving?: true
}

/** What groups give a contact in the roster of a member. */
export interface Sharing {
  /** The member sees the contact's presence. */
  to: boolean
  /** The contact sees the member's. */
  from: boolean
  labels: Set<string>
}
