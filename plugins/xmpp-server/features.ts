import { activity } from './accounts/activity.js'
import type { Feature } from './feature.js'
import { roster } from './roster/roster.js'
import { ping } from './services/ping.js'
import { binding } from './session/bind.js'

/** The parts of the server, in the order in which they are told of what happens. */
export const FEATURES: readonly Feature[] = [binding, roster, activity, ping]
