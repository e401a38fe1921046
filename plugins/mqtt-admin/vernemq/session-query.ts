import type { Cell } from 'patchbay'
import type { MqttSession, QueuedMessage, SessionDirectory, Which } from '../backend.js'
import { costOf, Pace } from './pace.js'
import { askedFor, type Filter, type Query } from './query.js'
import { MESSAGE_COLUMNS, SESSION_COLUMNS, SUBSCRIPTION_COLUMNS, type SubscriptionRow } from './session-columns.js'

type Row = Record<string, Cell>

const MESSAGES_AT_ONCE = 100

/** Runs a query over the sessions where they are: a block at a time, until there are enough rows. */
export async function queryRows(directory: SessionDirectory, query: Query, node: string): Promise<Row[]> {
  const rows: Row[] = []
  const asked = new Set([...query.shown, ...query.filters.map(({ column }) => column)])
  const plan: Plan = {
    node,
    shown: query.shown,
    session: filtersOn(query, name => SESSION_COLUMNS.has(name)),
    subscription: filtersOn(query, name => SUBSCRIPTION_COLUMNS.has(name)),
    message: filtersOn(query, name => MESSAGE_COLUMNS.has(name)),
    bySubscription: [...SUBSCRIPTION_COLUMNS.keys()].some(name => asked.has(name)),
    byMessage: [...MESSAGE_COLUMNS.keys()].some(name => asked.has(name)),
  }
  const elsewhere = query.filters.some(filter => filter.column === 'node' && !filter.matches(node))
  if (query.limit === 0 || elsewhere) return rows
  const pace = new Pace()
  for await (const block of blocksFor(directory, query)) {
    for (const session of block) {
      if (!passes(plan.session, SESSION_COLUMNS, session)) continue
      // What is at hand is not waited for: a promise for each row would cost more than the row.
      const made = plan.byMessage ? rowsByMessage(directory, session, plan, pace) : rowsOf(session, plan)
      if (Symbol.asyncIterator in made) {
        for await (const row of made) if (row && rows.push(row) >= query.limit) return rows
      } else {
        for (const row of made) {
          if (row && rows.push(row) >= query.limit) return rows
          const turn = pace.spend(1)
          if (turn) await turn
        }
      }
    }
  }
  return rows
}

interface Plan {
  readonly node: string
  readonly shown: readonly string[]
  readonly session: readonly Filter[]
  readonly subscription: readonly Filter[]
  readonly message: readonly Filter[]
  readonly bySubscription: boolean
  readonly byMessage: boolean
}

/** The one session, only those in the state that is asked for, or all. */
function blocksFor(directory: SessionDirectory, query: Query): AsyncIterable<readonly MqttSession[]> {
  const clientId = askedFor(query, 'client_id')
  return clientId === undefined ? directory.blocks(whichOf(query)) : oneBlock(directory, clientId)
}

async function* oneBlock(directory: SessionDirectory, clientId: string): AsyncIterable<readonly MqttSession[]> {
  const session = await directory.get(clientId)
  if (session) yield [session]
}

function whichOf(query: Query): Which {
  const [is, isNot] = ['is_online', 'is_offline'].map(column => askedFor(query, column)?.toLowerCase())
  if (is === 'true' || isNot === 'false') return 'connected'
  return is === 'false' || isNot === 'true' ? 'away' : 'all'
}

function filtersOn({ filters }: Query, has: (name: string) => boolean): Filter[] {
  return filters.filter(({ column }) => has(column))
}

function passes<T>(filters: readonly Filter[], columns: ReadonlyMap<string, (of: T) => Cell>, of: T): boolean {
  return filters.every(({ column, matches }) => matches(columns.get(column)!(of)))
}

/** A row for each subscription, where these are asked for; undefined for one that a filter leaves out. */
function* rowsOf(session: MqttSession, plan: Plan): Iterable<Row | undefined> {
  if (!plan.bySubscription) return void (yield rowOf(plan, session))
  for (const subscription of subscriptionsOf(session)) {
    const passing = passes(plan.subscription, SUBSCRIPTION_COLUMNS, subscription)
    yield passing ? rowOf(plan, session, subscription) : undefined
  }
}

/** A row for each message, and each subscription where these are asked for too. */
async function* rowsByMessage(
  directory: SessionDirectory,
  session: MqttSession,
  plan: Plan,
  pace: Pace,
): AsyncIterable<Row | undefined> {
  for await (const message of messagesOf(directory, session)) {
    await pace.spend(costOf(message.payload))
    if (!passes(plan.message, MESSAGE_COLUMNS, message)) yield undefined
    else {
      for (const subscription of plan.bySubscription ? subscriptionsOf(session) : [undefined]) {
        const passing = !subscription || passes(plan.subscription, SUBSCRIPTION_COLUMNS, subscription)
        yield passing ? rowOf(plan, session, subscription, message) : undefined
      }
    }
  }
}

function* subscriptionsOf({ subscriptions }: MqttSession): Iterable<SubscriptionRow> {
  for (const [topic, { qos }] of subscriptions) yield { topic, qos }
}

async function* messagesOf(directory: SessionDirectory, session: MqttSession): AsyncIterable<QueuedMessage> {
  if (session.queued === 0 && session.inflight === 0) return
  for (let offset = 0; ; offset += MESSAGES_AT_ONCE) {
    const messages = await directory.queue(session.clientId, offset, MESSAGES_AT_ONCE)
    yield* messages
    if (messages.length < MESSAGES_AT_ONCE) return
  }
}

function rowOf(
  { node, shown }: Plan,
  session: MqttSession,
  subscription?: SubscriptionRow,
  message?: QueuedMessage,
): Row {
  const row: Row = {}
  for (const name of shown) {
    const own = SESSION_COLUMNS.get(name)
    if (own) row[name] = own(session)
    else if (name === 'node') row[name] = node
    else row[name] = SUBSCRIPTION_COLUMNS.get(name)?.(subscription!) ?? MESSAGE_COLUMNS.get(name)?.(message!) ?? null
  }
  return row
}
