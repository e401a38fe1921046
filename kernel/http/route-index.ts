import Router from '@koa/router'
import { KernelError, reason } from '../errors.js'
import type { Method, Route } from '../life/contributions.js'
import { type QueryReader, queryReader } from './query-reader.js'

/** A route ready to be found: what the index and the conflict check need to know about its path. */
export interface Endpoint {
  readonly route: Route
  /** The path with every parameter as `:`; two routes of one shape are a conflict. */
  readonly shape: string
  /** undefined for a static path, which is found by equality. `positions` are the plain parameters' segments. */
  readonly pattern: { regexp: RegExp; names: string[]; positions: number[] } | undefined
  /** Reads and checks the query, where the route describes one. */
  readonly query: QueryReader | undefined
}

const STATIC = /^[^:*{}()[\]?+!\\]*$/
const PARAMETER = /[:*]\w+/g
/** Compiling a path costs about 20 µs, so a generation with hundreds of routes gives the loop a turn in between. */
const BATCH = 25

/** Gives every route of one generation to a @koa/router of its own, which compiles the paths. */
export async function indexRoutes(routes: readonly Route[]): Promise<Endpoint[]> {
  const endpoints: Endpoint[] = []
  let router: Router | undefined
  for (const route of routes) {
    if (STATIC.test(route.path)) {
      endpoints.push({ route, shape: route.path, pattern: undefined, query: queryReader(route) })
      continue
    }
    router ??= new Router()
    endpoints.push(compile(router, route))
    if (router.stack.length % BATCH === 0) await new Promise(setImmediate)
  }
  return endpoints
}

function compile(router: Router, route: Route): Endpoint {
  try {
    router.register(route.path, [route.method], () => undefined)
  } catch (thrown) {
    throw new KernelError(
      'conflict',
      `plugin "${route.owner}" has a route whose path cannot be read: ${route.method} ${route.path}: ${reason(thrown)}`,
      { hint: 'parameters are written /things/:id, the rest of a path /files/*rest' },
    )
  }
  const layer = router.stack.at(-1)!
  const shape = route.path.replace(PARAMETER, match => match[0]!)
  const positions = shape.split('/').flatMap((segment, index) => (segment === ':' ? [index] : []))
  return {
    route,
    shape,
    pattern: { regexp: layer.regexp, names: layer.paramNames.map(key => String(key.name)), positions },
    query: queryReader(route),
  }
}

/** Percent-decoded parameters of a matched path; text that is not valid percent-encoding stays as it is. */
export function parametersOf(
  pattern: NonNullable<Endpoint['pattern']>,
  match: RegExpExecArray,
): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const [index, name] of pattern.names.entries()) {
    const raw = match[index + 1]
    if (raw !== undefined) parameters[name] = decode(raw)
  }
  return parameters
}

/** The same of a path whose parameters are whole segments. */
export function parametersIn(segments: readonly string[], { pattern }: Endpoint): Record<string, string> {
  const { names, positions } = pattern!
  const parameters: Record<string, string> = {}
  for (let index = 0; index < names.length; index++) {
    parameters[names[index]!] = decode(segments[positions[index]!]!)
  }
  return parameters
}

function decode(raw: string): string {
  if (!raw.includes('%')) return raw
  try {
    return decodeURIComponent(raw)
  } catch {
    return raw
  }
}

export type ByMethod = Partial<Record<Method, Endpoint>>
