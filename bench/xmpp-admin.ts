import { Child, PASSWORD } from './parts/child.js'
import { basic, fetchText, Generator, request } from './parts/load.js'
import { cpuOf } from './parts/outside.js'
import { benchmark, option } from './parts/program.js'
import { median, spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import type { XmppCrowdVerbs } from './parts/xmpp-crowd.js'
import { type OurXmpp, startOurXmpp } from './parts/xmpp-ours.js'
import { type Rival, startEjabberd, startProsody } from './parts/xmpp-rivals.js'

/** Connected everywhere, so that there is somebody to count. */
const CLIENTS = 20
const AUTHORIZATION = basic('admin@localhost', PASSWORD)

/** Who answers what: the same fact, asked in each server's own way; a server that lacks one is not compared in it. */
interface Question {
  ours: string
  ejabberd: string
  prosody?: string
}

const QUESTIONS: Record<string, Question> = {
  status: { ours: '/api/status', ejabberd: '/api/status' },
  connected_users_number: {
    ours: '/api/connected_users_number',
    ejabberd: '/api/connected_users_number',
    prosody: '/bench_rest/users/count',
  },
  'user/U': {
    ours: '/admin_rest/user/user1',
    ejabberd: '/api/user_sessions_info?user=user1&host=localhost',
    prosody: '/bench_rest/user/user1',
  },
  'users/count': {
    ours: '/admin_rest/users/count',
    ejabberd: '/api/connected_users_number',
    prosody: '/bench_rest/users/count',
  },
}
const EVERYBODY = '/api/registered_users?host=localhost'

interface Cost {
  perSecond: number
  micros: number
}

type Answering = Pick<OurXmpp | Rival, 'name' | 'pid' | 'port' | 'http'>

/** What an administrator's requests cost here, at Debian's ejabberd and at its Prosody, in turn, several times. */
async function xmppAdmin(): Promise<Row[]> {
  const accounts = option('accounts', 10_000)
  const some = { store: 'plain', accounts: CLIENTS } as const
  const ours = await startOurXmpp(accounts)
  const few = await startOurXmpp(2)
  const ejabberd = await startEjabberd({ store: 'plain', accounts: accounts - 1 })
  const prosody = await startProsody(some)
  const hashed = [
    await startEjabberd({ ...some, store: 'hashed' }),
    await startProsody({ ...some, store: 'hashed' }),
  ] as const
  const servers = [ours, few, ejabberd, prosody, ...hashed].filter(server => server !== undefined)
  const crowds: Child<XmppCrowdVerbs>[] = []
  for (const { port } of servers) {
    const crowd = new Child<XmppCrowdVerbs>('xmpp-crowd', { port })
    await crowd.ask('connect', port === few.port ? 2 : CLIENTS)
    crowds.push(crowd)
  }
  const generator = new Generator()
  const rows: Row[] = []
  const rounds = (each: [server: Answering | undefined, path: string | undefined][]) => compared(generator, each)

  for (const [what, question] of Object.entries(QUESTIONS)) {
    const [mine, theirs, others] = await rounds([
      [ours, question.ours],
      [ejabberd, question.ejabberd],
      [prosody, question.prosody],
    ])
    rows.push(...against(`${what}: requests a second`, 'ejabberd', times(mine, theirs), 2))
    rows.push(...share(what, mine, theirs))
    if (question.prosody) rows.push(...against(`${what}: requests a second`, 'Prosody', times(mine, others), 6))
    rows.push(...figures([ours, ejabberd, prosody], [mine, theirs, others]))
  }

  const [mine, ...theirs] = await rounds([
    [ours, QUESTIONS['users/count']!.ours],
    [hashed[0], QUESTIONS['users/count']!.ejabberd],
    [hashed[1], QUESTIONS['users/count']!.prosody],
  ])
  rows.push(...against('users/count: requests a second', 'ejabberd with hashed passwords', times(mine, theirs[0]), 100))
  rows.push(...against('users/count: requests a second', 'Prosody with hashed passwords', times(mine, theirs[1]), 50))
  rows.push(...figures([ours, ...hashed], [mine, ...theirs]))

  const title = `registered_users, ${accounts} accounts`
  const [all, alls, two] = await rounds([
    [ours, EVERYBODY],
    [ejabberd, EVERYBODY],
    [few, EVERYBODY],
  ])
  rows.push(...against(`${title}: requests a second`, 'ejabberd', times(all, alls), 30))
  const more = all!.map(({ micros }, round) => micros / two![round]!.micros)
  rows.push(bar(`${title}: CPU against 2 accounts`, `${spread(more, 2)} ×`, '≤ 10 ×', median(more) <= 10))
  rows.push(...figures([ours, ejabberd, few], [all, alls, two]))

  await Promise.all([generator.end(), ...crowds.map(crowd => crowd.end()), ...servers.map(server => server.end())])
  return rows
}

/** The costs of each, round by round; undefined for a server that is not there. */
async function compared(
  generator: Generator,
  each: [server: Answering | undefined, path: string | undefined][],
): Promise<(Cost[] | undefined)[]> {
  const costs = each.map(([server, path]): Cost[] | undefined => (server && path ? [] : undefined))
  // The first time, what is compiled while it runs would be measured.
  for (let round = -1; round < option('rounds', 5); round++) {
    for (const [index, [server, path]] of each.entries()) {
      if (!server || !path) continue
      const cost = await costAt(generator, server, path)
      if (round >= 0) costs[index]!.push(cost)
    }
  }
  return costs
}

async function costAt(generator: Generator, { name, pid, http }: Answering, path: string): Promise<Cost> {
  const { status, body } = await fetchText(http, path, AUTHORIZATION)
  if (status !== 200) throw new Error(`${name} answers ${path} with ${status} ${body}`)
  const exchanges = [{ request: request('GET', path, undefined, AUTHORIZATION), before: '' }]
  const before = cpuOf(pid)
  const order = { port: http, exchanges, connections: 16, ms: option('window', 1500), anyBody: true }
  const { answered, seconds, failed, firstFailure } = await generator.ask('load', order)
  const micros = (cpuOf(pid) - before) / answered
  if (failed > 0) throw new Error(`${failed} requests to ${name} failed: ${firstFailure}`)
  return { perSecond: answered / seconds, micros }
}

function times(ours: Cost[] | undefined, theirs: Cost[] | undefined): number[] | undefined {
  return theirs && ours?.map(({ perSecond }, round) => perSecond / theirs[round]!.perSecond)
}

function against(what: string, whom: string, ratios: number[] | undefined, least: number): Row[] {
  const title = `${what}, against ${whom}`
  if (!ratios) return [note(title, 'skipped: not installed')]
  return [bar(title, `${spread(ratios, 2)} ×`, `≥ ${least} ×`, median(ratios) >= least)]
}

function share(what: string, ours: Cost[] | undefined, theirs: Cost[] | undefined): Row[] {
  const title = `${what}: CPU of a request, against ejabberd`
  if (!ours || !theirs) return [note(title, 'skipped: not installed')]
  const shares = ours.map(({ micros }, round) => micros / theirs[round]!.micros)
  return [bar(title, `${spread(shares, 3)} ×`, '≤ 1/3 ×', median(shares) <= 1 / 3)]
}

function figures(servers: readonly (Answering | undefined)[], costs: readonly (Cost[] | undefined)[]): Row[] {
  return costs.flatMap((cost, index) => {
    if (!cost) return []
    const rates = spread(
      cost.map(({ perSecond }) => perSecond),
      0,
    )
    const micros = spread(
      cost.map(({ micros }) => micros),
      0,
    )
    return [note(`${servers[index]!.name}: requests a second, CPU of each`, `${rates}, ${micros} µs`)]
  })
}

void benchmark('Administration of XMPP', xmppAdmin)
