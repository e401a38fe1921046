import { KernelError } from '../errors.js'
import type { Method } from '../life/contributions.js'
import { type ByMethod, type Endpoint, parametersOf } from './route-index.js'

interface Branch {
  literals: Map<string, Branch>
  parameter: Branch | undefined
  /** Routes that end here, by shape. */
  leaves: Map<string, ByMethod>
  /** Routes whose pattern from here on is more than one plain segment at a time. */
  rest: Map<string, ByMethod>
}

export interface Found {
  readonly endpoint: Endpoint
  readonly parameters: Record<string, string>
}

const NO_PARAMETERS: Record<string, string> = Object.freeze({})

/**
 * All routes of one live table. A static path is one look-up; a path with parameters is found by walking its segments,
 * so the cost does not grow with the number of routes. The compiled pattern has the last word.
 */
export class RouteTree {
  readonly #statics = new Map<string, ByMethod>()
  readonly #root = branch()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(endpoint: Endpoint): void {
    if (endpoint.pattern === undefined) this.#put(this.#statics, endpoint)
    else {
      let at = this.#root
      let leaves: Map<string, ByMethod> | undefined
      for (const segment of endpoint.shape.split('/').slice(1)) {
        if (segment === ':') at = at.parameter ??= branch()
        else if (/[:*{}()]/.test(segment)) {
          leaves = at.rest
          break
        } else {
          const next = at.literals.get(segment) ?? branch()
          at.literals.set(segment, next)
          at = next
        }
      }
      this.#put(leaves ?? at.leaves, endpoint)
    }
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

  #put(map: Map<string, ByMethod>, endpoint: Endpoint): void {
    const { route, shape } = endpoint
    const others = map.get(shape) ?? {}
    const other = others[route.method]
    if (other) {
      throw new KernelError(
        'conflict',
        other.route.owner === route.owner
          ? `plugin "${route.owner}" contributes ${route.method} ${route.path} twice`
          : `plugin "${route.owner}" contributes ${route.method} ${route.path}, which plugin "${other.route.owner}" already serves`,
        { hint: `stop "${other.route.owner}" first, exchange the two with replace, or use another path` },
      )
    }
    others[route.method] = endpoint
    map.set(shape, others)
  }
}

function branch(): Branch {
  return { literals: new Map(), parameter: undefined, leaves: new Map(), rest: new Map() }
}

/** Literal segments come before parameters, and both before patterns that swallow the rest. */
function walk(at: Branch, segments: string[], depth: number, path: string, method: string): Found | undefined {
  if (depth === segments.length) {
    const found = match(at.leaves, path, method)
    if (found) return found
  } else {
    const segment = segments[depth]!
    const literal = at.literals.get(segment)
    const found =
      (literal && walk(literal, segments, depth + 1, path, method)) ??
      (at.parameter && segment !== '' ? walk(at.parameter, segments, depth + 1, path, method) : undefined)
    if (found) return found
  }
  return at.rest.size > 0 ? match(at.rest, path, method) : undefined
}

function match(leaves: Map<string, ByMethod>, path: string, method: string): Found | undefined {
  for (const byMethod of leaves.values()) {
    const endpoint = byMethod[method as Method]
    const matched = endpoint?.pattern?.regexp.exec(path)
    if (matched) return { endpoint: endpoint!, parameters: parametersOf(endpoint!.pattern!, matched) }
  }
  return undefined
}
