import { ACCOUNT_COMMANDS } from './accounts.js'
import { BAN_COMMANDS } from './bans.js'
import type { BackendCommand } from './command.js'
import { GROUP_COMMANDS } from './groups.js'
import { KICK_COMMANDS } from './kicks.js'
import { LAST_COMMANDS } from './last.js'
import { MESSAGE_COMMANDS } from './messages.js'
import { OFFLINE_COMMANDS } from './offline.js'
import { OLD_USER_COMMANDS } from './old-users.js'
import { PRESENCE_COMMANDS } from './presences.js'
import { PRIVATE_COMMANDS } from './privates.js'
import { ROOM_COMMANDS } from './rooms.js'
import { ROOM_NICK_COMMANDS } from './rooms-nicks.js'
import { ROOM_PEOPLE_COMMANDS } from './rooms-people.js'
import { ROOM_SUBSCRIPTION_COMMANDS } from './rooms-subscriptions.js'
import { ROOM_UPKEEP_COMMANDS } from './rooms-upkeep.js'
import { ROSTER_PUSH_COMMANDS } from './roster-pushes.js'
import { ROSTER_SEARCH_COMMANDS } from './roster-search.js'
import { ROSTER_COMMANDS } from './rosters.js'
import { SERVER_COMMANDS } from './server.js'
import { SESSION_COMMANDS } from './sessions.js'
import { STATISTICS_COMMANDS } from './statistics.js'
import { VCARD_COMMANDS } from './vcards.js'

/** Every command of the ejabberd face that a backend answers. */
export const EJABBERD_COMMANDS: readonly BackendCommand[] = [
  ...ACCOUNT_COMMANDS,
  ...BAN_COMMANDS,
  ...OLD_USER_COMMANDS,
  ...LAST_COMMANDS,
  ...SESSION_COMMANDS,
  ...KICK_COMMANDS,
  ...PRESENCE_COMMANDS,
  ...ROSTER_COMMANDS,
  ...ROSTER_SEARCH_COMMANDS,
  ...ROSTER_PUSH_COMMANDS,
  ...MESSAGE_COMMANDS,
  ...OFFLINE_COMMANDS,
  ...VCARD_COMMANDS,
  ...PRIVATE_COMMANDS,
  ...GROUP_COMMANDS,
  ...ROOM_COMMANDS,
  ...ROOM_NICK_COMMANDS,
  ...ROOM_PEOPLE_COMMANDS,
  ...ROOM_SUBSCRIPTION_COMMANDS,
  ...ROOM_UPKEEP_COMMANDS,
  ...STATISTICS_COMMANDS,
  ...SERVER_COMMANDS,
]
