import { didYouMean } from '../config/nearest.js'
import type { ListenEntry } from '../config/schema.js'
import { KernelError } from '../errors.js'
import type { FaceName, UpgradeName } from '../life/contributions.js'

export type Served = FaceName | UpgradeName | 'native'

/** A face and the path as that face reads it. */
export interface Resolved {
  readonly face: Served
  readonly path: string
}

/** Where a handler is mounted. */
interface Place {
  readonly prefix: string
  /** No other handler shares the prefix, so unknown paths below it are refused in this face's words. */
  readonly alone: boolean
}

/** The face's own path for `rest`, which is what follows the mount's prefix; undefined when it does not serve it. */
type Claim = (rest: string, place: Place) => string | undefined

interface Handler {
  readonly face: Served
  readonly claim: Claim
}

const HERMES_NODE = /^\/(auth|user|phone|numbers|alias|domain|permission)\/[^/]+\/?$/
const EJABBERD_CALL = /^\/+[^/]+(\/+v\d+)?\/*$/
const VERNEMQ_SIBLING = /^\/(metrics|health|status\.json|webuiapi|restmqtt)(\/|$)/

/** What `request_handlers` may name. */
const HANDLERS: ReadonlyMap<string, Handler> = new Map(
  Object.entries({
    // Found by their whole path: a mount deeper than `/` only narrows what this listener shows of them.
    native: { face: 'native', claim: (rest, { prefix }) => prefix + rest || '/' },
    oauth: { face: 'oauth', claim: claimOauth },
    admin_rest: { face: 'admin_rest', claim: rest => rest },
    ejabberd: { face: 'ejabberd', claim: claimEjabberd },
    emq: { face: 'emq', claim: versioned('/api', '/v2', path => path === '/' || path === '/status') },
    vernemq: { face: 'vernemq', claim: versioned('/api', '/v1', path => VERNEMQ_SIBLING.test(path)) },
    hermes: { face: 'hermes', claim: claimHermes },
    xmpp_websocket: { face: 'xmpp_websocket', claim: rest => (rest === '' || rest === '/' ? '/' : undefined) },
  } satisfies Record<string, Handler>),
)
const NATIVE = HANDLERS.get('native')!
/** ejabberd's own names. */
const EJABBERD_NAMES: ReadonlyMap<string, string> = new Map([
  ['mod_http_api', 'ejabberd'],
  ['ejabberd_oauth', 'oauth'],
  ['mod_admin_rest', 'admin_rest'],
  ['ejabberd_http_ws', 'xmpp_websocket'],
  ['websocket', 'xmpp_websocket'],
])
/** Parts of ejabberd and Prosody that a printed `request_handlers` may name and that have nothing to do with administration. */
const ELSEWHERE = new Set([
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
  '/ws': ['xmpp_websocket'],
  '/': ['emq', 'vernemq', 'native'],
}

interface Mount extends Place {
  readonly handlers: readonly Handler[]
}

/** Which face answers which path on one listener. */
export class Mounts {
  /** Whether all native routes are served, so that a static one is looked up before anything else. */
  readonly native: boolean
  readonly served: ReadonlySet<Served>
  /** As `request_handlers` names them. */
  readonly names: ReadonlySet<string>
  readonly #mounts: readonly Mount[]

  constructor(handlers: Iterable<readonly [prefix: string, shares: ReadonlySet<Handler>]>) {
    const mounts = [...handlers].map(([prefix, shares]) => ({
      prefix,
      alone: shares.size === 1,
      handlers: [...shares].sort((a, b) => greed(a) - greed(b)),
    }))
    this.#mounts = mounts.sort((a, b) => b.prefix.length - a.prefix.length)
    const all = mounts.flatMap(mount => mount.handlers)
    this.native = mounts.some(({ prefix, handlers }) => prefix === '' && handlers.includes(NATIVE))
    this.served = new Set(all.map(handler => handler.face))
    this.names = new Set([...HANDLERS].filter(([, handler]) => all.includes(handler)).map(([name]) => name))
  }

  /** The first face that claims `path`; longer prefixes are asked first. */
  resolve(path: string): Resolved | undefined {
    for (const mount of this.#mounts) {
      const { prefix, handlers } = mount
      if (!path.startsWith(prefix) || !(path.length === prefix.length || path[prefix.length] === '/')) continue
      const rest = path.slice(prefix.length)
      for (const handler of handlers) {
        const own = handler.claim(rest, mount)
        if (own !== undefined) return { face: handler.face, path: own }
      }
    }
    return undefined
  }
}

/**
 * Reads `request_handlers`: a path may list several handlers; `everything` is all that port 8080 carries.
 * `base` is where `everything` has admin_rest.
 */
export function readMounts(
  requestHandlers: ListenEntry['request_handlers'],
  where: string,
  base = '/admin_rest',
): Mounts {
  const mounts = new Map<string, Set<Handler>>()
  const mount = (prefix: string, names: readonly string[]) => {
    const shares = mounts.get(prefix) ?? new Set()
    for (const name of names) shares.add(known(name, `${where}.request_handlers`))
    if (shares.size > 0) mounts.set(prefix, shares)
  }
  for (const [path, named] of Object.entries(requestHandlers)) {
    const prefix = prefixOf(path)
    const names = [named].flat().filter(name => !ELSEWHERE.has(name))
    mount(
      prefix,
      names.filter(name => name !== 'everything'),
    )
    if (!names.includes('everything')) continue
    for (const [inner, handlers] of Object.entries(rebase(EVERYTHING, base))) {
      mount(prefix + prefixOf(inner), handlers)
    }
  }
  return new Mounts(mounts)
}

/** `admin_rest_base` moves the default mounts of admin_rest; an entry of `listen` names its own path. */
export function rebase(handlers: Record<string, string[]>, base: string): Record<string, string[]> {
  const moved: Record<string, string[]> = {}
  for (const [path, names] of Object.entries(handlers)) {
    const target = path === '/admin_rest' ? prefixOf(base) || '/' : path
    moved[target] = [...(moved[target] ?? []), ...names]
  }
  return moved
}

/** Handlers that a printed configuration names and that this kernel leaves to others, for one warning each. */
export function unserved(requestHandlers: ListenEntry['request_handlers']): string[] {
  return Object.values(requestHandlers)
    .flat()
    .filter(name => ELSEWHERE.has(name))
}

function prefixOf(path: string): string {
  const bare = path.replace(/^\/+|\/+$/g, '')
  return bare === '' ? '' : `/${bare}`
}

/** ejabberd takes any single segment and the native routes take the rest, so whoever shares a path is asked before them. */
function greed({ face }: Handler): number {
  return face === 'native' ? 2 : face === 'ejabberd' ? 1 : 0
}

function known(name: string, where: string): Handler {
  const handler = HANDLERS.get(EJABBERD_NAMES.get(name) ?? name)
  if (handler) return handler
  const names = ['everything', ...HANDLERS.keys(), ...EJABBERD_NAMES.keys()]
  throw new KernelError('config_invalid', `${where}: there is no handler "${name}"${didYouMean(name, names)}`, {
    hint: `handlers are ${names.join(', ')}`,
  })
}

/** Shared, one segment or `command/vN` (design: bare `/api` is 404 there); alone, everything, as the original. */
function claimEjabberd(rest: string, { prefix, alone }: Place): string | undefined {
  if (prefix === '') {
    if (rest !== '/api' && !rest.startsWith('/api/')) return undefined
    rest = rest.slice('/api'.length)
  }
  if (!alone && !EJABBERD_CALL.test(rest)) return undefined
  // Mounted at `/api/v2` it speaks that version: the mount's `vN` is what a caller could also have appended.
  const version = /\/v\d+$/.exec(prefix)?.[0]
  const bare = withoutTrailing('/', rest)
  return version === undefined || bare === '' || /\/v\d+$/.test(bare) ? rest : bare + version
}

/** `/api/<group>/<node>`; below a prefix of its own, unknown groups are refused in this face's words too. */
function claimHermes(rest: string, { prefix, alone }: Place): string | undefined {
  const inApi = rest.startsWith('/api/')
  const node = inApi ? rest.slice('/api'.length) : rest
  if (!HERMES_NODE.test(node) && !(alone && inApi && prefix !== '')) return undefined
  return node.replace(/\/$/, '')
}

/** Whatever its mount is called; at the root it is `/oauth`. */
function claimOauth(rest: string, { prefix }: Place): string | undefined {
  if (prefix !== '') return rest
  return rest === '/oauth' || rest.startsWith('/oauth/') ? rest.slice('/oauth'.length) : undefined
}

/** A face that lives under `/api/vN` and serves some paths beside it when it is mounted at the root. */
function versioned(root: string, version: string, sibling: (path: string) => boolean): Claim {
  const canonical = root + version
  return (rest, { prefix, alone }) => {
    if (prefix.endsWith(version)) return canonical + rest
    const base = prefix === '' ? canonical : version
    if (rest === base || rest.startsWith(`${base}/`)) return canonical + rest.slice(base.length)
    return prefix === '' && (alone || sibling(rest || '/')) ? rest || '/' : undefined
  }
}

/** A pattern with `+$` would look at every start in a long row of slashes. */
function withoutTrailing(character: string, text: string): string {
  let end = text.length
  while (text[end - 1] === character) end--
  return text.slice(0, end)
}
