import { KernelError } from '../errors.js'
import type { Method } from '../life/contributions.js'
import { type ByMethod, type Endpoint, parametersIn, parametersOf } from './route-index.js'

/** What a branch does not need it does not have: there are thousands of them, and a table is built for every swap. */
interface Branch {
  literals: Map<string, Branch> | undefined
  parameter: Branch | undefined
  /** The routes that end here: all of one shape, since the way here spells it. */
  leaf: ByMethod | undefined
  /** By shape, the routes whose pattern from here on is more than one plain segment at a time. */
  rest: Map<string, ByMethod> | undefined
}

export interface Found {
  readonly endpoint: Endpoint
  readonly parameters: Record<string, string>
}

const NO_PARAMETERS: Record<string, string> = Object.freeze({})

/**
 * All routes of one live table. A static path is one look-up; a path with parameters is found by walking its segments,
 * so the cost does not grow with the number of routes. A path of plain segments is matched when its end is reached; any
 * other is left to its compiled pattern.
 */
export class RouteTree {
  readonly #statics = new Map<string, ByMethod>()
  readonly #root = branch()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(endpoint: Endpoint): void {
    const { route } = endpoint
    const place = this.#placeOf(endpoint)
    const other = place[route.method]
    if (other) {
      throw new KernelError(
        'conflict',
        other.route.owner === route.owner
          ? `plugin "${route.owner}" contributes ${route.method} ${route.path} twice`
          : `plugin "${route.owner}" contributes ${route.method} ${route.path}, which plugin "${other.route.owner}" already serves`,
        { hint: `stop "${other.route.owner}" first, exchange the two with replace, or use another path` },
      )
    }
    place[route.method] = endpoint
    this.#size++
  }

  /** The static endpoint for exactly this path. */
  static(method: string, path: string): Found | undefined {
    const endpoint = this.#statics.get(path)?.[method as Method]
    return endpoint && { endpoint, parameters: NO_PARAMETERS }
  }

  find(method: string, path: string): Found | undefined {
    return this.static(method, path) ?? walk(this.#root, path.split('/'), 1, path, method)
  }

  /** The methods that this path knows, for `Allow` and 405. */
  methods(path: string): Method[] {
    const known = new Set<Method>(Object.keys(this.#statics.get(path) ?? {}) as Method[])
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      if (!known.has(method) && this.find(method, path)) known.add(method)
    }
    return [...known]
  }

  #placeOf({ shape, pattern }: Endpoint): ByMethod {
    if (pattern === undefined) return under(shape, this.#statics)
    let at = this.#root
    for (const segment of shape.split('/').slice(1)) {
      if (segment === ':') {
        at.parameter ??= branch()
        at = at.parameter
      } else if (/[:*{}()]/.test(segment)) {
        at.rest ??= new Map()
        return under(shape, at.rest)
      } else {
        at.literals ??= new Map()
        const next = at.literals.get(segment) ?? branch()
        at.literals.set(segment, next)
        at = next
      }
    }
    at.leaf ??= {}
    return at.leaf
  }
}

function branch(): Branch {
  return { literals: undefined, parameter: undefined, leaf: undefined, rest: undefined }
}

function under(shape: string, places: Map<string, ByMethod>): ByMethod {
  const known = places.get(shape)
  if (known) return known
  const place: ByMethod = {}
  places.set(shape, place)
  return place
}

/** Literal segments come before parameters, and both before patterns that swallow the rest. */
function walk(at: Branch, segments: string[], depth: number, path: string, method: string): Found | undefined {
  if (depth === segments.length) {
    const endpoint = at.leaf?.[method as Method]
    if (endpoint) return { endpoint, parameters: parametersIn(segments, endpoint) }
  } else {
    const segment = segments[depth]!
    const literal = at.literals?.get(segment)
    const found =
      (literal && walk(literal, segments, depth + 1, path, method)) ??
      (at.parameter && segment !== '' ? walk(at.parameter, segments, depth + 1, path, method) : undefined)
    if (found) return found
  }
  return at.rest && match(at.rest, path, method)
}

function match(rest: Map<string, ByMethod>, path: string, method: string): Found | undefined {
  for (const byMethod of rest.values()) {
    const endpoint = byMethod[method as Method]
    const matched = endpoint?.pattern?.regexp.exec(path)
    if (matched) return { endpoint: endpoint!, parameters: parametersOf(endpoint!.pattern!, matched) }
  }
  return undefined
}
