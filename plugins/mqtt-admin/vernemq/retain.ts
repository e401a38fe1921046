import { alert, type Cell, type PluginContext } from 'patchbay'
import type { MqttBackend, RetainedMessage, RetainedMessages } from '../backend.js'
import { isDefault, MOUNTPOINT, withMountpoint } from './mountpoint.js'
import { costOf, Pace } from './pace.js'
import { askedFor, parseQuery, type Query, queryFlags } from './query.js'

const COLUMNS: ReadonlyMap<string, (message: RetainedMessage) => Cell> = new Map([
  ['topic', ({ topic }: RetainedMessage) => topic],
  ['payload', ({ payload }) => payload.toString('utf8')],
  ['mountpoint', () => ''],
])
const SHOWN = ['payload', 'topic']
/** Their payloads are read together, and each may be as large as a packet. */
const AT_ONCE = 50

/** `retain show` and `retain delete` (contracts/mqtt.md §2.4). */
export function contributeRetain(ctx: PluginContext, backend: () => MqttBackend): void {
  ctx.command(
    'vernemq',
    { access: { permission: 'messages.read' }, path: 'retain show', reads: true, flags: queryFlags(COLUMNS.keys()) },
    async ({ given }) => ({ table: await rows(backend().retained, parseQuery(given, COLUMNS, SHOWN)) }),
  )

  ctx.command(
    'vernemq',
    {
      access: { permission: 'retained.delete' },
      path: 'retain delete',
      flags: { topic: { short: 't', value: true }, ...MOUNTPOINT },
    },
    withMountpoint(async ({ flags }) => {
      const topic = flags.get('topic')
      if (typeof topic !== 'string') return alert('No valid topic given.')
      if (isDefault(flags)) await backend().retained.delete(topic)
      return { text: 'Done' }
    }),
  )
}

async function rows(retained: RetainedMessages, query: Query): Promise<Record<string, Cell>[]> {
  const found: Record<string, Cell>[] = []
  if (query.limit === 0) return found
  const pace = new Pace()
  for await (const message of candidates(retained, askedFor(query, 'topic'))) {
    await pace.spend(costOf(message.payload))
    if (!query.filters.every(({ column, matches }) => matches(COLUMNS.get(column)!(message)))) continue
    found.push(Object.fromEntries(query.shown.map(name => [name, COLUMNS.get(name)!(message)])))
    if (found.length >= query.limit) break
  }
  return found
}

/** The one of that topic, or all in the order of topics. */
async function* candidates(retained: RetainedMessages, topic: string | undefined): AsyncIterable<RetainedMessage> {
  if (topic !== undefined) {
    const message = await retained.get(topic)
    if (message) yield message
    return
  }
  let after: string | undefined
  do {
    const page = await retained.page('#', after, AT_ONCE)
    yield* page.messages
    after = page.next
  } while (after !== undefined)
}
