import { didYouMean } from '../config/nearest.js'
import type { ListenEntry } from '../config/schema.js'
import { KernelError } from '../errors.js'
import type { FaceName } from '../life/contributions.js'

export type Served = FaceName | 'native'

/** A face and the path as that face reads it. */
export interface Resolved {
  readonly face: Served
  readonly path: string
}

/** The face's own path for `rest`, which is what follows the mount's prefix; undefined when it does not serve it. */
type Claim = (rest: string, prefix: string) => string | undefined

interface Handler {
  readonly face: Served
  readonly claim: Claim
}

const HERMES_NODE = /^\/(auth|user|phone|numbers|alias|domain|permission)\/[^/]+\/?$/
const EJABBERD_CALL = /^\/+[^/]+(\/+v\d+)?\/*$/
const VERNEMQ_SIBLING = /^\/(metrics|health|status\.json|webuiapi)(\/|$)/

/** What `request_handlers` may name. The second column of names are ejabberd's own. */
const HANDLERS: Record<string, Handler> = {
  native: { face: 'native', claim: rest => rest || '/' },
  oauth: { face: 'native', claim: (rest, prefix) => (prefix === '' ? undefined : `/oauth${rest}`) },
  admin_rest: { face: 'admin_rest', claim: rest => rest },
  ejabberd: {
    face: 'ejabberd',
    claim: (rest, prefix) =>
      prefix === '' ? inside(rest, '/api', path => path) : rest === '' ? undefined : suffixVersion(rest, prefix),
  },
  emq: { face: 'emq', claim: versioned('/api', '/v2', path => path === '/' || path === '/status') },
  vernemq: { face: 'vernemq', claim: versioned('/api', '/v1', path => VERNEMQ_SIBLING.test(path)) },
  hermes: {
    face: 'hermes',
    claim: rest => {
      const node = rest.startsWith('/api/') ? rest.slice(4) : rest
      return HERMES_NODE.test(node) ? node.replace(/\/$/, '') : undefined
    },
  },
}
const EJABBERD_NAMES: Record<string, string> = {
  mod_http_api: 'ejabberd',
  ejabberd_oauth: 'oauth',
  mod_admin_rest: 'admin_rest',
}
/** Parts of ejabberd and Prosody that a printed `request_handlers` may name and that have nothing to do with administration. */
const ELSEWHERE = new Set([
  'ejabberd_http_ws',
  'mod_bosh',
  'ejabberd_web_admin',
  'ejabberd_captcha',
  'mod_http_upload',
  'mod_host_meta',
  'mod_register_web',
  'mod_http_fileserver',
  'mod_conversejs',
  'ejabberd_xmlrpc',
  'ejabberd_acme',
  'mod_invites',
  'mod_matrix_gw',
  'mod_providers',
  'mod_muc_log_http',
  'mod_mqtt',
])

/** The shares of `/api`: `v1`, `v2` and the Hermes groups come before ejabberd's single segment. */
const API = ['vernemq', 'emq', 'hermes', 'ejabberd']
export const EVERYTHING: Record<string, string[]> = {
  '/admin_rest': ['admin_rest'],
  '/api': API,
  '/oauth': ['oauth'],
  '/hermes': ['hermes'],
  '/': ['native', 'emq', 'vernemq'],
}

interface Mount {
  readonly prefix: string
  readonly handlers: readonly Handler[]
}

/** Which face answers which path on one listener. */
export class Mounts {
  readonly native: boolean
  readonly #mounts: readonly Mount[]

  constructor(mounts: readonly Mount[]) {
    this.#mounts = [...mounts].sort((a, b) => b.prefix.length - a.prefix.length)
    this.native = mounts.some(mount => mount.handlers.some(handler => handler === HANDLERS['native']))
  }

  get served(): Set<Served> {
    return new Set(this.#mounts.flatMap(mount => mount.handlers.map(handler => handler.face)))
  }

  /** The first face that claims `path`; longer prefixes are asked first. */
  resolve(path: string): Resolved | undefined {
    for (const { prefix, handlers } of this.#mounts) {
      if (!path.startsWith(prefix) || !(path.length === prefix.length || path[prefix.length] === '/')) continue
      const rest = path.slice(prefix.length)
      for (const handler of handlers) {
        const own = handler.claim(rest, prefix)
        if (own !== undefined) return { face: handler.face, path: own }
      }
    }
    return undefined
  }
}

/** Reads `request_handlers`: a path may list several handlers; `everything` is all that port 8080 carries. */
export function readMounts(requestHandlers: ListenEntry['request_handlers'], where: string): Mounts {
  const mounts: Mount[] = []
  for (const [path, named] of Object.entries(requestHandlers)) {
    const prefix = path === '/' ? '' : `/${path.replace(/^\/+|\/+$/g, '')}`
    const names = Array.isArray(named) ? [...named] : [named]
    for (const name of names.filter(name => name === 'everything')) {
      for (const [inner, handlers] of Object.entries(EVERYTHING)) {
        mounts.push({ prefix: prefix + (inner === '/' ? '' : inner), handlers: handlers.map(each => HANDLERS[each]!) })
      }
      names.splice(names.indexOf(name), 1)
    }
    const handlers = sortShares(names.map(name => EJABBERD_NAMES[name] ?? name).filter(name => !ELSEWHERE.has(name)))
    mounts.push({ prefix, handlers: handlers.map(name => known(name, `${where}.request_handlers`)) })
  }
  return new Mounts(mounts)
}

/** Handlers that a printed configuration names and that this kernel leaves to others, for one warning each. */
export function unserved(requestHandlers: ListenEntry['request_handlers']): string[] {
  return Object.values(requestHandlers)
    .flat()
    .filter(name => ELSEWHERE.has(name))
}

/** ejabberd takes any single segment under `/api`, so whoever shares the path with it is asked first. */
function sortShares(names: string[]): string[] {
  return [...names].sort((a, b) => Number(a === 'ejabberd') - Number(b === 'ejabberd'))
}

function known(name: string, where: string): Handler {
  const handler = HANDLERS[name]
  if (handler) return handler
  const names = ['everything', ...Object.keys(HANDLERS), ...Object.keys(EJABBERD_NAMES)]
  throw new KernelError('config_invalid', `${where}: there is no handler "${name}"${didYouMean(name, names)}`, {
    hint: `handlers are ${names.join(', ')}`,
  })
}

function inside(path: string, root: string, act: (rest: string) => string): string | undefined {
  if (path !== root && !path.startsWith(`${root}/`)) return undefined
  const rest = path.slice(root.length)
  return EJABBERD_CALL.test(rest) ? act(rest) : undefined
}

/** ejabberd mounted at `/api/v2` speaks that version: the mount's `vN` is what a caller could also have appended. */
function suffixVersion(rest: string, prefix: string): string | undefined {
  const version = /\/v\d+$/.exec(prefix)?.[0]
  if (version) return /\/v\d+\/*$/.test(rest) ? rest : `${rest.replace(/\/+$/, '')}${version}`
  return rest
}

/** A face that lives under `/api/vN` and serves some paths beside it when it is mounted at the root. */
function versioned(root: string, version: string, sibling: (path: string) => boolean): Claim {
  const canonical = root + version
  return (rest, prefix) => {
    if (prefix.endsWith(version)) return canonical + rest
    const base = prefix === '' ? canonical : version
    if (rest === base || rest.startsWith(`${base}/`)) return canonical + rest.slice(base.length)
    return prefix === '' && sibling(rest || '/') ? rest || '/' : undefined
  }
}
