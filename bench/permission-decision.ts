import type { Call, Identity } from 'patchbay'
import { check } from '../kernel/config/check.js'
import { compilePermissions, type Permissions } from '../plugins/auth/permissions/compile.js'
import { permissionBlocks } from '../plugins/auth/permissions/schema.js'
import { benchmark, option } from './parts/program.js'
import { median, quantile, sorted, spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'

const MOST = 10
const RULES = 100
const BATCH = 50
const COMMAND = 'registered_users'

type Rules = Record<string, unknown>

/** All of them cover the command, so each has to ask who is calling; the last one is the first that allows. */
function rules(): { acl: Rules; access_rules: Rules; api_permissions: Rules } {
  const acl: Rules = { last: { user: 'john@localhost' } }
  const access: Rules = {}
  const permissions: Rules = {}
  for (let n = 0; n < RULES - 1; n++) {
    acl[`team${n}`] = { user: [`one${n}@localhost`, `two${n}@localhost`, `three${n}`] }
    access[`only${n}`] = [{ deny: `team${n}` }, { allow: [`team${n}`, { ip: `10.0.${n}.0/24` }] }]
    const kinds = [
      { acl: `team${n}` },
      [{ ip: `10.1.${n}.0/24` }, { user_glob: `bot${n}-*` }],
      { oauth: { scope: ['ejabberd:admin', 'status'], access: { allow: `team${n}` } } },
      { access: `only${n}` },
    ]
    permissions[`rule ${n}`] = { who: kinds[n % kinds.length], what: n % 2 ? ['*', '!stop'] : ['status', COMMAND] }
  }
  permissions['the last'] = {
    who: [{ acl: 'last' }, { oauth: { scope: 'ejabberd:admin', acl: 'last' } }],
    what: [COMMAND, { host: 'localhost' }],
  }
  return { acl, access_rules: access, api_permissions: permissions }
}

const account: Identity = { kind: 'account', name: 'john@localhost', jid: 'john@localhost' }
const token: Identity = { ...account, kind: 'token', scopes: ['ejabberd:admin'] }

/** Microseconds of a decision, in batches of so few that a pause of the collector spoils one of them. */
function measure({ permits }: Permissions, identity: Identity | undefined, allowed: boolean): Float64Array {
  const calls = Array.from({ length: 256 }, (_, n): Call => {
    const address = `192.0.2.${n}`
    const hosts = () => ['localhost']
    return { face: 'ejabberd', command: COMMAND, permission: 'bench:accounts.read', tags: ['accounts'], address, hosts }
  })
  const batches: number[] = []
  for (let batch = -1000; batch < option('batches', 10_000); batch++) {
    const began = performance.now()
    for (let n = 0; n < BATCH; n++) {
      if (permits(identity, calls[(batch + n) & 255]!) !== allowed) throw new Error('a decision came out wrong')
    }
    if (batch >= 0) batches.push(((performance.now() - began) * 1000) / BATCH)
  }
  return sorted(batches)
}

async function decision(): Promise<Row[]> {
  const blocks = check(permissionBlocks, rules(), 'the benchmark')
  const began = performance.now()
  const permissions = compilePermissions(blocks, { hosts: ['localhost'] })
  const compiled = performance.now() - began
  const shown = (times: Float64Array) =>
    `p50 ${median(times).toFixed(1)} µs, p99 ${quantile(times, 0.99).toFixed(1)} µs`
  const basic = measure(permissions, account, true)
  const explained = Array.from({ length: 20 }, () => {
    const before = performance.now()
    permissions.explain(undefined, { face: 'ejabberd', command: COMMAND, permission: 'bench:x', address: '192.0.2.1' })
    return performance.now() - before
  })
  return [
    bar(
      `one decision against ${RULES} rules, allowed by the last`,
      shown(basic),
      `≤ ${MOST} µs`,
      median(basic) <= MOST,
    ),
    note('the same with a token', shown(measure(permissions, token, true))),
    note('refused, without credentials', shown(measure(permissions, undefined, false))),
    note('compiling the rules, once per generation', `${compiled.toFixed(1)} ms`),
    note('explaining a refusal, with the smallest change', `${spread(explained)} ms`),
  ]
}

void benchmark('Permission decision', decision)
