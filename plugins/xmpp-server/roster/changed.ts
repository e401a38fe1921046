import { presencesTo } from '../presence/share.js'
import type { Server } from '../server.js'
import type { RosterChange } from './draft.js'
import { pushItem } from './push.js'
import { shows } from './state.js'

/** What follows from changes of rosters: clients are told, and presence is shown or withdrawn (RFC 6121 §3.1.5, §3.2.2, §3.3.3). */
export function rostersChanged(server: Server, changes: readonly RosterChange[]): void {
  for (const change of changes) pushItem(server.registry, change)
  for (const { owner, contact, before, after } of changes) {
    if (shows(before) !== shows(after)) presencesTo(server, owner, contact, shows(after))
  }
}
