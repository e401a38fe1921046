/** Groups whose members see each other without asking: Prosody's groups and ejabberd's shared roster groups. */
export interface XmppGroups {
  list(host: string): Promise<readonly XmppGroup[]>
  get(host: string, id: string): Promise<XmppGroup | undefined>
  create(
    host: string,
    group: XmppGroup,
    options?: { defaultRoom?: boolean },
  ): Promise<'created' | 'exists' | 'unknown_host'>
  /** Gives it another label, description and displayed groups; the rosters of all members follow. */
  change(host: string, group: XmppGroup): Promise<'changed' | 'unknown_group'>
  /** With its default room. */
  delete(host: string, id: string): Promise<'deleted' | 'unknown_group'>
  /** Bare JIDs, in the order of their bytes; undefined for an unknown group. */
  members(host: string, id: string): Promise<readonly string[] | undefined>
  /** The member need not be an account (yet). With `delayUpdate` its rosters change at the next `sync`. */
  addMember(
    host: string,
    id: string,
    member: string,
    options?: { delayUpdate?: boolean },
  ): Promise<'added' | 'already' | 'unknown_group'>
  removeMember(host: string, id: string, member: string): Promise<'removed' | 'no_member' | 'unknown_group'>
  /** Brings the rosters of all members up to date. */
  sync(host: string, id: string): Promise<'synced' | 'unknown_group'>
}

export interface XmppGroup {
  id: string
  /** What the members' clients show as the name of the roster group. */
  label: string
  description: string
  /** The ids of the groups that its members see: usually itself. */
  displayed: readonly string[]
  /** The bare JID of its room, where it has one. */
  room?: string
}
