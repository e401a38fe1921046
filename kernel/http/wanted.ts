import { ELSEWHERE, isHttp, type ListenEntry, UNSERVED_OPTIONS } from '../config/listen.js'
import type { Settings } from '../config/schema.js'
import { KernelError } from '../errors.js'
import { AddressSet } from '../names/address-set.js'
import { EVERYTHING, type Mounts, readMounts, rebase, unserved } from './mounts.js'

/** A listener as it should be: an entry of `listen`, or one of the defaults. */
export interface Wanted extends Pick<ListenEntry, 'ip' | 'tls' | 'certfile' | 'tag' | 'custom_headers' | 'allow_ips'> {
  port: number
  /** Where `certfile` does not hold the key. */
  keyfile?: string
  /** No limit unless said. */
  maxConnections?: number
  mounts: Mounts
  /** What a person changes to move it, with its quotes. */
  setting: string
}

const DEFAULTS: { port: number; handlers: Record<string, string[]> }[] = [
  { port: 5280, handlers: { '/admin_rest': ['admin_rest'], '/ws': ['xmpp_websocket'] } },
  { port: 5281, handlers: { '/api': ['ejabberd'], '/oauth': ['oauth'] } },
  { port: 8888, handlers: { '/': ['vernemq'] } },
  { port: 8080, handlers: EVERYTHING },
]

/**
 * The configured listeners, and those defaults that no entry replaces: by its port, or by mounting the same face.
 * `base` is where the default ports carry admin_rest.
 */
export function wantedListeners(settings: Settings, base: string, warn: (sentence: string) => void): Wanted[] {
  const wanted: Wanted[] = []
  const mounted = new Set<string>()
  for (const [index, entry] of settings.listen.entries()) {
    const where = `listen[${index}]`
    if (!isHttp(entry)) {
      warn(`${where}: ${entry.module} is not an HTTP listener, so the entry is not used: ${ELSEWHERE[entry.module]}`)
      continue
    }
    const ignored = [...UNSERVED_OPTIONS.filter(name => entry[name] !== undefined), ...unserved(entry.request_handlers)]
    if (ignored.length > 0) warn(`${where}: ${ignored.join(', ')}: not served here; the rest of the entry is`)
    const mounts = readMounts(entry.request_handlers, where, base)
    for (const name of mounts.names) mounted.add(name)
    const { ip, port, tls, certfile, tag, custom_headers, allow_ips } = entry
    wanted.push({ ip, port, tls, certfile, tag, custom_headers, allow_ips, mounts, setting: `"${where}.port"` })
  }
  const ports = new Set(wanted.map(({ port }) => port))
  for (const { port, handlers } of DEFAULTS) {
    const left = Object.entries(rebase(handlers, base))
      .map(([path, names]) => [path, names.filter(name => !mounted.has(name))] as const)
      .filter(([, names]) => names.length > 0)
    if (ports.has(port) || left.length === 0) continue
    const mounts = readMounts(Object.fromEntries(left), `the default listener on port ${port}`, base)
    wanted.push({
      ...PLAIN,
      port,
      mounts,
      setting: `"port" of a "listen" entry that mounts ${[...mounts.served].join(', ')}`,
    })
  }
  refuseTwins(wanted)
  return wanted
}

/** What nobody has configured. */
export const PLAIN = {
  ip: '127.0.0.1',
  tls: false,
  certfile: undefined,
  tag: undefined,
  custom_headers: undefined,
  allow_ips: new AddressSet([]),
}

/** Two listeners cannot share a port on one address, nor beside one that is bound to every address. */
function refuseTwins(wanted: readonly Wanted[]): void {
  const everywhere = new Set(['0.0.0.0', '::'])
  for (const [index, one] of wanted.entries()) {
    for (const other of wanted.slice(index + 1)) {
      if (one.port === 0 || one.port !== other.port) continue
      if (one.ip !== other.ip && !everywhere.has(one.ip) && !everywhere.has(other.ip)) continue
      const where = one.ip === other.ip ? '' : `, on ${one.ip}`
      throw new KernelError(
        'config_invalid',
        `${other.setting}: port ${other.port} on ${other.ip} is already that of ${one.setting}${where}`,
        { hint: 'give one of them another port, or put the request_handlers of both under one entry' },
      )
    }
  }
}
