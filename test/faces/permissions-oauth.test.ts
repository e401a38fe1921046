import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { KernelError } from 'patchbay'
import { parseYaml } from '../../kernel/config/yaml.js'
import { Listeners } from '../../kernel/http/listeners.js'
import { type Answer, ask, basic } from './exchange.js'
import { EVERYTHING_ELSE, openHouse, PASSWORD, type TestHouse } from './house.js'
import { blocksIn, differences, type Recorded } from './recordings.js'

/** Replays ejabberd's permissions and OAuth, one house for each configuration that was loaded there. */
const folder = process.env['PATCHBAY_GOLDEN']
const FILE = 'ejabberd-23.01-permissions-oauth.txt'

/** What the lab had beside the configuration under test; `admin@localhost` is the bootstrap operator here. */
const ACL = `
acl:
  admin:
    user: admin@localhost
  apicommands:
    user: john@localhost
  loopback:
    ip: 127.0.0.0/8
`
const ACCOUNTS = { alice: 'alicepw', bob: 'bobpw', john: 'somePass', dave: 'davepw' }
const ROSTER: readonly (readonly string[])[] = [
  ['alice', 'zed', 'Z', '', 'bogus'],
  ['bob', 'alice', 'Alice', 'g1;g2', 'none'],
]

/** Whose token a row shows and with which scopes: the recording has only the token itself. */
const TOKENS: readonly (readonly [rows: RegExp, jid: string, scopes: string, seconds?: number])[] = [
  [/^C1 /, 'john@localhost', 'ejabberd:admin'],
  [/^C[25] /, 'john@localhost', 'registered_users'],
  [/^C6 /, 'john@localhost', 'status'],
  [/^C7 /, 'admin@localhost', 'ejabberd:admin'],
  [/^C8 /, 'john@localhost', 'status;registered_users'],
  [/^C9 /, 'john@localhost', 'sasl_auth'],
  [/^C11 /, 'john@localhost', 'registered_users', 1],
  [/^C12 /, 'john@localhost', 'registered_users'],
  [/^E9g /, 'john@localhost', 'status;ejabberd:admin'],
  [/^F3 /, 'admin@localhost', 'ejabberd:admin'],
  [/^F[4567] /, 'alice@localhost', 'ejabberd:user'],
  [/^F9 /, 'ghost@localhost', 'ejabberd:admin'],
]

/** Where we answer something else, and why. */
const EXCEPTIONS: Readonly<Record<string, readonly [status: number, body: RegExp, why: string]>> = {
  O1: [200, /"expires_in":4294967\}$/, 'the original takes its default of 4294967 s for milliseconds'],
  O3: [400, /"invalid_grant","error_description":"Bad password"/, '23.01 hangs up; the answer of 23.10'],
  O6: [200, /"scope":"","expires_in":4294967\}$/, 'as O1'],
  O7: [400, /"invalid_request","error_description":"Invalid JID"/, '23.01 hangs up; the answer of 23.10'],
  O8: [400, /"invalid_request","error_description":"Invalid JID"/, 'as O7'],
  O11: [200, /^<!DOCTYPE html/, 'a page that asks for a password is not kept: Cache-Control and Pragma are sent here'],
  O12: [302, /^$/, '23.01 hangs up when there is a client_id; the redirect that it documents'],
  O13: [302, /^$/, 'as O12, with an error in the query'],
  O15: [400, /"invalid_request","error_description":"Invalid JID"/, 'as O7'],
}
/** oauth_expire is 3600 in this configuration, which the original shows as its default all the same. */
const VOLATILE = new Set(['access_token'])
const F1: readonly [number, RegExp, string] = [200, /"expires_in":3600\}$/, 'the configured oauth_expire holds']

interface Section {
  configuration: string
  /** The sentence of the refusal; undefined when it was loaded. */
  refused: string | undefined
  exchanges: Recorded[]
}

/** Configurations whose outcome differs: accepted there, refused here. */
const REFUSED_HERE: readonly (readonly [rule: string, why: string])[] = [
  ['who absent', 'every call that such a rule covers answers 500 there; the path of the mistake is worth more'],
]

function sectionsOf(text: string): Section[] {
  return text
    .split(/^#{8,} api_permissions under test\n/m)
    .slice(1)
    .map(section => {
      const [, configuration = '', verdict = ''] =
        /^(.*?)^reload_config -> (.*?)(?=^### |$(?![\s\S]))/ms.exec(section) ?? []
      return {
        configuration,
        refused: /Error: "(.*)"/.exec(verdict)?.[1],
        exchanges: blocksIn(section),
      }
    })
}

async function houseWith(configuration: string): Promise<TestHouse> {
  const listen = { port: 0, request_handlers: { '/api': 'mod_http_api', '/oauth': 'ejabberd_oauth' } }
  const house = await openHouse({
    start: ['xmpp-server', 'xmpp-admin'],
    config: {
      ...(parseYaml(ACL + configuration, 'the recording') as object),
      listen: [listen, { ...listen, tag: 'internal-tag' }, EVERYTHING_ELSE],
      node_names: { ejabberd: 'ejlab@localhost' },
    },
  })
  for (const [user, password] of Object.entries(ACCOUNTS))
    await command(house, 'register', { user, host: 'localhost', password })
  for (const [localuser, user, nick, group, subs] of ROSTER) {
    await command(house, 'add_rosteritem', {
      localuser,
      localhost: 'localhost',
      user,
      host: 'localhost',
      nick,
      group,
      subs,
    })
  }
  return house
}

/** Over the control socket, where the configuration under test forbids nothing. */
async function command(house: TestHouse, name: string, given: object): Promise<unknown> {
  const { status, body } = await house.local(`/api/${name}`, { method: 'POST', body: JSON.stringify(given) })
  if (status !== 200) throw new Error(`${name}: ${status} ${body}`)
  return JSON.parse(body)
}

async function headersOf(house: TestHouse, row: Recorded): Promise<Record<string, string>> {
  const headers = { ...row.asked.headers }
  const shown = headers['Authorization']
  if (shown === basic('admin@localhost', 'adminpw')) headers['Authorization'] = basic('admin@localhost', PASSWORD)
  const [, scheme] = /^(bearer) /i.exec(shown ?? '') ?? []
  if (!scheme) return headers
  const found = TOKENS.find(([rows]) => rows.test(row.id))
  if (!found) throw new Error(`${row.id}: no token is known for this row`)
  const [, jid, scopes, ttl = 3600] = found
  const { token } = (await command(house, 'oauth_issue_token', { jid, ttl, scopes })) as { token: string }
  if (ttl === 1) await new Promise(resolve => setTimeout(resolve, 1100))
  return { ...headers, Authorization: `${scheme} ${token}` }
}

function same(t: ExecutionContext, row: Recorded, got: Answer): void {
  t.is(got.status, row.status!, `${row.id}: ${got.body}`)
  for (const name of ['content-type', 'cache-control', 'pragma', 'location']) {
    t.is(got.headers[name], row.headers[name], `${row.id}: ${name}`)
  }
  if (row.body.startsWith('<')) t.regex(got.body, /^<(!DOCTYPE|\?xml|html)/i, row.id)
  else if (/^[[{]/.test(row.body)) {
    t.deepEqual(differences(JSON.parse(row.body), JSON.parse(got.body), VOLATILE), [], row.id)
  } else t.is(got.body, row.body, row.id)
}

if (folder) {
  const sections = sectionsOf(readFileSync(join(folder, FILE), 'utf8'))
  for (const [index, { configuration, refused, exchanges }] of sections.entries()) {
    const [, rule = 'the defaults'] = /^ {2}"(.*)":$/m.exec(configuration) ?? []
    const refusedHere = REFUSED_HERE.find(([name]) => name === rule)
    if (refused !== undefined || refusedHere) {
      test.serial(
        `configuration ${index}, "${rule}", is refused with its path: ${refused ?? refusedHere?.[1]}`,
        async t => {
          const error = await t.throwsAsync(houseWith(configuration), { instanceOf: KernelError })
          t.regex(
            error.message,
            rule === 'dup' ? /"dup" stands there a second time/ : new RegExp(`"api_permissions\\.${rule}`),
          )
        },
      )
      continue
    }
    test.serial(`configuration ${index}, "${rule}": ${exchanges.length} exchanges`, async t => {
      const house = await houseWith(configuration)
      try {
        t.is(house.inspect('auth').state, 'running')
        const urls = house.house.container.resolve(Listeners).addresses.map(({ name }) => `http://${name}`)
        for (const row of exchanges) {
          const url = row.id.includes('tagged listener') ? urls[1]! : urls[0]!
          const headers = await headersOf(house, row)
          const body = row.asked.body?.toString().replace('=adminpw', `=${encodeURIComponent(PASSWORD)}`)
          const got = await ask(url, { ...row.asked, headers, ...(body === undefined ? {} : { body }) })
          const name = row.id.split(' ')[0]!
          const exception = name === 'F1' ? F1 : EXCEPTIONS[name]
          if (!exception) same(t, row, got)
          else {
            const [status, body, why] = exception
            t.is(got.status, status, `${row.id}: ${got.body}: ${why}`)
            t.regex(got.body, body, row.id)
          }
        }
      } finally {
        await house.close()
      }
    })
  }
  test('every exchange of the recording is replayed', t => {
    const replayed = sections.reduce((sum, { exchanges }) => sum + exchanges.length, 0)
    t.true(replayed >= 40, `${replayed}`)
  })
} else {
  test('permissions and OAuth of the real server are not replayed', t => {
    t.log('skipped: PATCHBAY_GOLDEN names no folder of recordings')
    t.pass()
  })
}
