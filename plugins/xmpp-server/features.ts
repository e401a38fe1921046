import type { Feature } from './feature.js'
import { muc } from './muc/muc.js'
import { roster } from './roster/roster.js'
import { ping } from './services/ping.js'

/** The parts of the server, in the order in which they are told of what happens. */
export const FEATURES: readonly Feature[] = [roster, ping, muc]
