import { monitorEventLoopDelay } from 'node:perf_hooks'
import { plugin } from 'patchbay'
import { testKernel } from 'patchbay/testing'
import { Store } from '../kernel/store/store.js'
import type { Accounts } from '../plugins/auth/accounts.js'
import type { XmppBackend } from '../plugins/xmpp-admin/backend.js'
import xmppServer from '../plugins/xmpp-server/index.js'
import { benchmark, option } from './parts/program.js'
import { spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import { temporaryFolder } from './parts/temporary.js'

/** Milliseconds that others may have to wait while somebody lists accounts. */
const LONGEST_WAIT = 50
const HOST = 'localhost'

/** What the account store of the embedded XMPP server costs, on a store on disk. */
async function accountStore(): Promise<Row[]> {
  const count = option('accounts', 100_000)
  const store = await Store.open(temporaryFolder())
  await seed(store, count)
  let xmpp!: () => XmppBackend
  let accounts!: () => Accounts
  const probe = plugin({
    name: 'probe',
    version: '1.0.0',
    start(ctx) {
      xmpp = ctx.service('xmpp-backend')
      accounts = ctx.service('accounts')
    },
  })
  const kernel = await testKernel([xmppServer, probe] as never, { store })
  const names = xmpp().accounts

  const cold: number[] = []
  const again: number[] = []
  const delay = monitorEventLoopDelay({ resolution: 1 })
  for (let round = 0; round < 5; round++) {
    // A registration makes the list stale.
    await names.register(`fresh${round}@${HOST}`, 'x')
    delay.enable()
    cold.push(await milliseconds(() => names.names(HOST)))
    delay.disable()
    again.push(await milliseconds(() => names.names(HOST)))
  }
  const longest = delay.max / 1e6
  const rounds = (times: number, act: (n: number) => unknown) =>
    milliseconds(async () => {
      for (let n = 0; n < times; n++) await act(n)
    })
  const revision = await rounds(100_000, n => accounts().revision(`user${n % count}@${HOST}`))
  await names.register(`known@${HOST}`, 'secret')
  const check = await rounds(200, () => accounts().verify(`known@${HOST}`, 'secret'))
  const made = await milliseconds(() =>
    Promise.all(Array.from({ length: 400 }, (_, n) => names.register(`many${n}@${HOST}`, 'x'))),
  )
  await kernel.close()
  return [
    bar(
      `names of ${count} accounts, first asked: longest wait of others`,
      `${longest.toFixed(1)} ms`,
      `≤ ${LONGEST_WAIT} ms`,
      longest <= LONGEST_WAIT,
    ),
    note('the same: until they are there', `${spread(cold)} ms`),
    note('the same: asked again', `${spread(again, 3)} ms`),
    note('revision of an account', `${(revision / 100).toFixed(1)} µs`),
    note('a password checked', `${(check / 200).toFixed(1)} ms`),
    note('registrations a second, 400 at once', (400_000 / made).toFixed(0)),
  ]
}

/** Writes accounts as the plugin would; deriving the keys of so many would take minutes. */
async function seed(store: Store, count: number): Promise<void> {
  const accounts = store.namespace<object>('xmpp-server', 'accounts')
  const counts = store.namespace<number>('xmpp-server', 'counts')
  for (let from = 0; from < count; from += 1000) {
    await accounts.batch(
      Array.from({ length: Math.min(1000, count - from) }, (_, n) => ({
        put: `${HOST}/user${from + n}`,
        value: { role: 'prosody:registered', created: Date.now(), revision: 'AAAAAAAAAAAAAAAA' },
      })),
    )
  }
  await counts.put(HOST, count)
  for (const each of [accounts, counts]) await store.release(each as never)
}

async function milliseconds(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await act()
  return performance.now() - began
}

void benchmark('Accounts of the embedded XMPP server', accountStore)
