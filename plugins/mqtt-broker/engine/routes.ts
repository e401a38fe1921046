import type { Broker } from '../broker.js'
import { DOLLAR, parseFilter } from './filter.js'
import { recount } from './gauges.js'
import type { SessionRecord } from './record.js'
import { insert, newSequence, remove, type Sequence } from './sequence.js'

/** A filter that somebody subscribes to. */
export interface Route {
  /** As subscribed. */
  readonly filter: string
  /** What topics are matched with: without `$share/group/`. */
  readonly matched: string
  readonly group: string | undefined
  readonly members: Map<SessionRecord, number>
  /** How many members have sessions that outlive their connection. */
  persistent: number
  /** Whose turn it is in a group. */
  turn: number
}

/** A tree of filter levels; `#` and `+` are levels like others. */
interface Level {
  next: Map<string, Level> | undefined
  routes: Route[]
}

/** All routes, as plain data. */
export interface Routes {
  byFilter: Map<string, Route>
  sorted: Sequence<Route>
  root: Level
  /** What topics have matched since a route came or went. */
  matched: Map<string, readonly Route[]>
}

/** Topics whose routes are remembered. */
const REMEMBERED = 10_000
const LONGEST = 256

export function newRoutes(): Routes {
  return { byFilter: new Map(), sorted: newSequence(), root: newLevel(), matched: new Map() }
}

const newLevel = (): Level => ({ next: undefined, routes: [] })
export const filterOf = ({ filter }: Route): string => filter

/** Whether it is new to the session. */
export function join(broker: Broker, record: SessionRecord, filter: string, qos: number): boolean {
  const { routes } = broker
  let route = routes.byFilter.get(filter)
  if (!route) {
    const { matched, group } = parseFilter(filter) ?? { matched: filter, group: undefined }
    route = { filter, matched, group, members: new Map(), persistent: 0, turn: 0 }
    routes.byFilter.set(filter, route)
    insert(routes.sorted, filterOf, route)
    levelOf(routes.root, matched).routes.push(route)
    routes.matched.clear()
    recount(broker, 'routes', routes.byFilter.size)
  }
  const fresh = !route.members.has(record)
  route.members.set(record, qos)
  if (fresh && !record.cleanSession) route.persistent++
  return fresh
}

export function leave({ routes, gauges }: Broker, record: SessionRecord, filter: string): void {
  const route = routes.byFilter.get(filter)
  if (!route?.members.delete(record)) return
  if (!record.cleanSession) route.persistent--
  if (route.members.size > 0) return
  routes.byFilter.delete(filter)
  remove(routes.sorted, filterOf, route)
  prune(routes.root, route)
  routes.matched.clear()
  gauges.routes.count = routes.byFilter.size
}

/** The routes that a topic takes; do not change or keep them. */
export function routesOf({ routes }: Broker, topic: string): readonly Route[] {
  const known = routes.matched.get(topic)
  if (known) return known
  const found: Route[] = []
  collect(routes.root, topic.split('/'), 0, topic.charCodeAt(0) === DOLLAR, found)
  if (topic.length > LONGEST) return found
  if (routes.matched.size >= REMEMBERED) routes.matched.clear()
  routes.matched.set(topic, found)
  return found
}

function collect(level: Level, parts: string[], at: number, dollar: boolean, found: Route[]): void {
  const { next } = level
  if (at === parts.length) for (const route of level.routes) found.push(route)
  if (!next) return
  const wild = at > 0 || !dollar
  if (wild) {
    const rest = next.get('#')
    if (rest) for (const route of rest.routes) found.push(route)
  }
  if (at === parts.length) return
  const exact = next.get(parts[at]!)
  if (exact) collect(exact, parts, at + 1, dollar, found)
  const any = wild && next.get('+')
  if (any) collect(any, parts, at + 1, dollar, found)
}

function levelOf(root: Level, matched: string): Level {
  let level = root
  for (const part of matched.split('/')) {
    level.next ??= new Map()
    const next: Level = level.next.get(part) ?? newLevel()
    level.next.set(part, next)
    level = next
  }
  return level
}

/** Removes the route, and the levels that lead nowhere any more. */
function prune(root: Level, route: Route): void {
  const parts = route.matched.split('/')
  const path = [root]
  for (const part of parts) path.push(path.at(-1)!.next!.get(part)!)
  const last = path.at(-1)!
  last.routes.splice(last.routes.indexOf(route), 1)
  for (let at = parts.length; at > 0; at--) {
    const level = path[at]!
    if (level.routes.length > 0 || (level.next?.size ?? 0) > 0) return
    path[at - 1]!.next!.delete(parts[at - 1]!)
  }
}
