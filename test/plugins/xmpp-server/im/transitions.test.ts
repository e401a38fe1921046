import test from 'ava'
import {
  INBOUND,
  isRouted,
  OUTBOUND,
  STATES,
  type State,
  type Step,
  type Transitions,
} from '../../../../plugins/xmpp-server/roster/transitions.js'

/**
 * The tables of RFC 6121, Appendix A, in the order of STATES: whether the stanza is routed or delivered (`+` MUST,
 * `-` MUST NOT), and the new state, `=` for no change.
 */
const ROWS: Record<string, { step: Step; table: Transitions; rows: string }> = {
  'A.2.1': { step: 'subscribe', table: OUTBOUND, rows: '+none+out += +none+both += += += +from+out += +=' },
  'A.2.2': { step: 'unsubscribe', table: OUTBOUND, rows: '+= +none += +none+in +none +none+in += +from +from' },
  'A.2.3': { step: 'subscribed', table: OUTBOUND, rows: '-= -= +from +from+out -= +both -= -= -=' },
  'A.2.4': { step: 'unsubscribed', table: OUTBOUND, rows: '-= -= +none +none+out -= +to +none +none+out +to' },
  'A.3.1': { step: 'subscribe', table: INBOUND, rows: '+none+in +none+both -= -= +to+in -= -= -= -=' },
  'A.3.2': { step: 'unsubscribe', table: INBOUND, rows: '-= -= +none +none+out -= +to +none +none+out +to' },
  'A.3.3': { step: 'subscribed', table: INBOUND, rows: '-= +to -= +to+in -= -= -= +both -=' },
  'A.3.4': { step: 'unsubscribed', table: INBOUND, rows: '-= +none -= +none+in +none +none+in -= +from +from' },
}

for (const [name, { step, table, rows }] of Object.entries(ROWS)) {
  test(`subscriptions change as table ${name} of RFC 6121 says`, t => {
    const expected = rows.split(' ')
    t.is(expected.length, STATES.length)
    for (const [at, before] of STATES.entries()) {
      const row = expected[at]!
      const after: State = row.slice(1) === '=' ? before : (row.slice(1) as State)
      const found = table[step][before] ?? before
      t.is(found, after, `${step} in ${before}`)
      const told = table === OUTBOUND ? isRouted(step, before, found) : found !== before
      t.is(told, row[0] === '+', `${step} in ${before} is told`)
    }
  })
}
