import { activity } from './accounts/activity.js'
import { blocking } from './blocking/blocking.js'
import type { Feature } from './feature.js'
import { groups } from './groups/groups.js'
import { muc } from './muc/muc.js'
import { offline } from './offline/offline.js'
import { presence } from './presence/presence.js'
import { roster } from './roster/roster.js'
import { announcements } from './services/announcements.js'
import { disco } from './services/disco.js'
import { last } from './services/last.js'
import { ping } from './services/ping.js'
import { privateStorage } from './services/private.js'
import { time } from './services/time.js'
import { vcard } from './services/vcard.js'
import { version } from './services/version.js'
import { binding } from './session/bind.js'

/** The parts of the server, in the order in which they are told of what happens. */
export const FEATURES: readonly Feature[] = [
  binding,
  groups,
  presence,
  roster,
  offline,
  blocking,
  activity,
  disco,
  ping,
  version,
  time,
  last,
  privateStorage,
  vcard,
  announcements,
  muc,
]
