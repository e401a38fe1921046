import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { type Answer, type Asked, ask } from './exchange.js'
import { differences, type Recorded } from './recordings.js'
import { EJABBERD } from './replay/ejabberd.js'
import { EMQ } from './replay/emq.js'
import { PROSODY, PROSODY_ORIGINAL } from './replay/prosody.js'
import type { Script } from './replay/script.js'
import { VERNEMQ } from './replay/vernemq.js'

/** Replays recordings of the real servers, from the folder that PATCHBAY_GOLDEN names. */
const folder = process.env['PATCHBAY_GOLDEN']

for (const script of [EMQ, VERNEMQ, PROSODY, PROSODY_ORIGINAL, EJABBERD]) {
  if (!folder) continue
  test.serial(`the exchanges of ${script.file}`, async t => {
    t.true(existsSync(join(folder, script.file)), `PATCHBAY_GOLDEN names ${folder}, which has no ${script.file}`)
    await replay(t, script, folder)
  })
}
if (!folder) {
  test('recordings of the real servers are not replayed', t => {
    t.log('skipped: PATCHBAY_GOLDEN names no folder of recordings')
    t.pass()
  })
}

async function replay(t: ExecutionContext, script: Script, from: string): Promise<void> {
  const { house, url, clients = [], before = {} } = await script.open()
  const found: string[] = []
  const counts = { compared: 0, excepted: 0, later: 0 }
  try {
    for (const row of script.read(from, script.file)) {
      const line = `${row.asked.method} ${row.asked.path} ${row.status ?? 'hung up'}`
      if (isLater(script, row, line)) {
        counts.later++
        continue
      }
      await before[row.id]?.()
      const got = await ask(url, translated(script, row))
      const exception = script.exceptions[row.id] ?? deviation(script, row, line)
      if (exception) {
        const [status, why] = exception
        if (got.status !== status) found.push(`${row.id}: ${line}: ${got.status} instead of ${status}: ${why}`)
        counts.excepted++
      } else {
        found.push(...compareRow(script, row, line, got).map(difference => `${row.id}: ${line}: ${difference}`))
        counts.compared++
      }
    }
    t.log(
      `${counts.compared} compared, ${counts.excepted} differ on purpose, ${counts.later} belong to later endpoints`,
    )
    t.deepEqual(found, [])
    t.true(counts.compared > 0)
  } finally {
    for (const client of clients) client.end(true)
    await house.close()
  }
}

function isLater(script: Script, row: Recorded, line: string): boolean {
  if (row.id in script.exceptions) return false
  return script.later.some(([rows]) => rows.test(line))
}

function deviation(script: Script, row: Recorded, line: string): readonly [status: number, why: string] | undefined {
  const found = script.deviations?.find(([rows]) => rows.test(`${line} ${row.asked.body ?? ''}`))
  return found && [found[1], found[2]]
}

function translated(script: Script, { asked }: Recorded): Asked {
  const headers = Object.fromEntries(
    Object.entries(asked.headers).map(([name, value]) => [name, translate(script, value)]),
  )
  const authorization = headers['authorization'] ?? headers['Authorization'] ?? script.anonymous
  delete headers['authorization']
  if (authorization) headers['Authorization'] = authorization
  const { body } = asked
  return {
    method: asked.method,
    path: translate(script, asked.path),
    headers,
    ...(body === undefined ? {} : { body: translate(script, body.toString()) }),
  }
}

function translate(script: Script, text: string): string {
  return script.translate.reduce((sofar, [recorded, ours]) => sofar.replaceAll(global(recorded), ours), text)
}

function global(pattern: string | RegExp): string | RegExp {
  return typeof pattern === 'string' || pattern.global ? pattern : new RegExp(pattern.source, `${pattern.flags}g`)
}

const COMPARED = [
  'content-type',
  'www-authenticate',
  'location',
  'access-control-allow-origin',
  'access-control-max-age',
]
const LISTS = ['access-control-allow-headers', 'access-control-allow-methods', 'allow']

function compareRow(script: Script, row: Recorded, line: string, got: Answer): string[] {
  const found: string[] = []
  const same = (what: string, recorded: unknown, ours: unknown) => {
    if (recorded !== ours) found.push(`${what} ${JSON.stringify(recorded)} became ${JSON.stringify(ours)}`)
  }
  same('status', row.status, got.status)
  same('reason', row.reason, got.reason)
  for (const name of COMPARED) same(name, row.headers[name], got.headers[name])
  for (const name of LISTS) same(name, sorted(row.headers[name]), sorted(got.headers[name]))
  if (row.asked.method === 'HEAD' || script.bodyless?.test(line) || row.body.startsWith('<')) return found
  const recorded = translate(script, row.body)
  if (!/^[[{]/.test(recorded)) same('body', recorded, got.body)
  else if (script.named?.test(line)) {
    found.push(...differences(firstKeys(JSON.parse(recorded)), firstKeys(JSON.parse(got.body)), new Set()))
  } else {
    const [theirs, ours] = [recorded, got.body].map(text => script.prune?.(JSON.parse(text)) ?? JSON.parse(text))
    found.push(...differences(theirs, ours, new Set(script.volatile)))
  }
  return found
}

function sorted(list: string | undefined): string | undefined {
  return list?.split(', ').sort().join(', ')
}

/** The keys and types of the first entry of the answer's list. */
function firstKeys(answer: { result?: object[]; table?: object[] }): object {
  const [first = {}] = answer.result ?? answer.table ?? []
  return Object.entries(first).map(([key, value]) => `${key}: ${typeof value}`)
}
