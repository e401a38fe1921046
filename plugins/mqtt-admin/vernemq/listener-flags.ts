import { access } from 'node:fs/promises'
import { KernelError, VernemqBadRequest, type VernemqCall, type VernemqFlag } from 'patchbay'
import type { ListenerOptions, Transport } from '../backend.js'

const VALUE = { value: true }

/** What `listener start` takes (contracts/mqtt.md §2.4). */
export const START_FLAGS: Record<string, VernemqFlag> = {
  mountpoint: { short: 'm', value: true },
  max_connections: VALUE,
  nr_of_acceptors: { value: 'number' },
  allowed_protocol_versions: VALUE,
  allow_anonymous_override: VALUE,
  websocket: { short: 'ws' },
  http: { short: 'http' },
  ssl: {},
  cafile: VALUE,
  certfile: VALUE,
  keyfile: VALUE,
  ciphers: VALUE,
  eccs: VALUE,
  crlfile: VALUE,
  tls_version: VALUE,
  require_certificate: {},
  use_identity_as_username: {},
  proxy_protocol: {},
  use_cn_as_username: {},
  proxy_protocol_use_cn_as_username: VALUE,
  psk_support: {},
  pskfile: VALUE,
}

/** Understood, and refused: a listener without them would be less safe than was asked for. */
const UNSERVED = ['eccs', 'crlfile', 'psk_support', 'pskfile']
const FILES = ['cafile', 'certfile', 'keyfile']
const TLS_VERSION = /^tlsv1(\.[123])?$/
const BOOLEAN = new Map([
  ['true', true],
  ['on', true],
  ['false', false],
  ['off', false],
])

/** Throws a bad request for a value of the wrong type or a file that is not there, `unsupported` for what cannot be kept. */
export async function listenerOptions({ params, flags }: VernemqCall): Promise<ListenerOptions> {
  const text = (name: string) => flags.get(name) as string | undefined
  const unserved = UNSERVED.find(name => flags.has(name))
  if (unserved) throw new KernelError('unsupported', `--${unserved} is not supported`)
  for (const name of FILES) await assertReadable(text(name))
  const [limit, versions, anonymous] = [
    text('max_connections'),
    text('allowed_protocol_versions'),
    text('allow_anonymous_override'),
  ]
  const version = text('tls_version')
  if (version !== undefined && !TLS_VERSION.test(version)) throw new VernemqBadRequest()
  const certificate = Object.fromEntries(FILES.flatMap(name => (text(name) ? [[name, text(name)]] : [])))
  return {
    transport: transportOf(flags),
    address: params.get('address')!,
    port: Number(params.get('port')),
    ...(limit !== undefined && { maxConnections: limitOf(limit) }),
    ...(flags.get('mountpoint') && { mountpoint: text('mountpoint')! }),
    ...(Object.keys(certificate).length > 0 && { certificate }),
    ...(flags.has('require_certificate') && { requireCertificate: true }),
    ...(flags.has('use_identity_as_username') && { useIdentityAsUsername: true }),
    ...(version !== undefined && { tlsVersion: version }),
    ...(flags.has('ciphers') && { ciphers: text('ciphers')! }),
    ...(flags.has('proxy_protocol') && { proxyProtocol: true }),
    ...(versions !== undefined && { protocolVersions: versionsOf(versions) }),
    ...(anonymous !== undefined && { allowAnonymous: booleanOf(anonymous) }),
  }
}

function transportOf(flags: VernemqCall['flags']): Transport {
  if (flags.has('websocket')) return flags.has('ssl') ? 'wss' : 'ws'
  return flags.has('ssl') ? 'tls' : 'tcp'
}

/** 0 is no limit. */
function limitOf(text: string): number {
  if (text === 'infinity') return 0
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new VernemqBadRequest()
  return Number(text)
}

/** `3,4`, `[3,4]` */
function versionsOf(text: string): number[] {
  const versions = text.replace(/^\[(.*)\]$/, '$1').split(',')
  if (!versions.every(version => /^[345]$/.test(version))) throw new VernemqBadRequest()
  return [...new Set(versions.map(Number))]
}

function booleanOf(text: string): boolean {
  const value = BOOLEAN.get(text)
  if (value === undefined) throw new VernemqBadRequest()
  return value
}

async function assertReadable(file: string | undefined): Promise<void> {
  if (file === undefined) return
  try {
    await access(file)
  } catch {
    throw new VernemqBadRequest()
  }
}
