import type { Logger } from 'patchbay'
import type { Broker } from '../broker.js'
import { type Teller, tell } from './events.js'

/** Refused CONNECTs since the log told of them, by reason. */
export type Refusals = Map<string, { count: number; last: Teller }>

/** Bans have reasons that people wrote. */
const MOST_REASONS = 50
const SHOWN = 100

export function refused(broker: Broker, about: Teller, reason: string): void {
  tell(broker, 'refused', about, { reason })
  const { refusals } = broker
  const known = refusals.get(reason)
  if (known) {
    known.count++
    known.last = about
  } else if (refusals.size < MOST_REASONS) refusals.set(reason, { count: 1, last: about })
}

/** One line for each reason, since a device that is refused tries again and again. */
export function reportRefusals({ refusals }: Broker, log: Logger): void {
  for (const [reason, { count, last }] of refusals) {
    const as = last.username === undefined ? '' : ` as ${shown(last.username)}`
    const who = `client ${shown(last.clientId)}${as} from ${last.address}`
    log.info(
      count === 1 ? `${who} was refused: ${reason}` : `${count} clients were refused: ${reason}; the last was ${who}`,
    )
  }
  refusals.clear()
}

function shown(name: string): string {
  return JSON.stringify(name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name)
}
