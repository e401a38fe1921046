import type { RestCommand } from './command.js'
import { CONNECTED_COMMANDS } from './connected.js'
import { GROUP_COMMANDS } from './groups.js'
import { MESSAGE_COMMANDS } from './messages.js'
import { ROSTER_COMMANDS } from './rosters.js'
import { USER_COMMANDS } from './users.js'
import { VCARD_COMMANDS } from './vcards.js'

/** All of admin_rest but what is about the house: `ping`, `modules`, `whitelist` and `reload` are the kernel's. */
export const REST_COMMANDS: readonly RestCommand[] = [
  ...USER_COMMANDS,
  ...CONNECTED_COMMANDS,
  ...ROSTER_COMMANDS,
  ...MESSAGE_COMMANDS,
  ...GROUP_COMMANDS,
  ...VCARD_COMMANDS,
]
