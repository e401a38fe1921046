import { readFile } from 'node:fs/promises'
import { createSecureContext, type SecureVersion } from 'node:tls'
import { KernelError, type PluginContext, reason } from 'patchbay'
import type { ListenerOptions } from '../../mqtt-admin/backend.js'

/** What a listener shows its clients and asks of them, as PEM. */
export interface Security {
  key: string
  cert: string
  ca: string | undefined
  minVersion: SecureVersion | undefined
  ciphers: string | undefined
}

const VERSIONS: Record<string, SecureVersion> = {
  tlsv1: 'TLSv1',
  'tlsv1.1': 'TLSv1.1',
  'tlsv1.2': 'TLSv1.2',
  'tlsv1.3': 'TLSv1.3',
}

/** Reads the files of a listener; undefined for one without TLS. Throws KernelError `config_invalid`. */
export async function readSecurity(ctx: PluginContext, options: ListenerOptions): Promise<Security | undefined> {
  const { transport, certificate = {}, requireCertificate, tlsVersion, ciphers } = options
  if (transport === 'tcp' || transport === 'ws') return undefined
  const { certfile, keyfile, cafile } = certificate
  if (requireCertificate && !cafile) {
    throw invalid('a listener that requires certificates needs a cafile', 'name the authorities that vouch for clients')
  }
  const minVersion = tlsVersion === undefined ? undefined : VERSIONS[tlsVersion.toLowerCase()]
  if (tlsVersion !== undefined && !minVersion) {
    throw invalid(`"${tlsVersion}" is no version of TLS`, `one of ${Object.keys(VERSIONS).join(', ')}`)
  }
  const files = [certfile, keyfile].filter(file => file !== undefined)
  const { key, cert } = await ctx.certificate(files)
  const ca = cafile === undefined ? undefined : await readAuthorities(cafile)
  const security = { key, cert, ca, minVersion, ciphers }
  try {
    createSecureContext(contextOf(security))
  } catch (thrown) {
    throw invalid(`TLS refuses these options: ${reason(thrown)}`, 'the files are PEM; ciphers are named as by OpenSSL')
  }
  return security
}

/** As Node's TLS wants them. */
export function contextOf({ key, cert, ca, minVersion, ciphers }: Security) {
  return { key, cert, ...(ca && { ca }), ...(minVersion && { minVersion }), ...(ciphers && { ciphers }) }
}

async function readAuthorities(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (thrown) {
    throw invalid(`cafile ${file} cannot be read: ${reason(thrown)}`, 'the file is PEM')
  }
}

function invalid(what: string, hint: string): KernelError {
  return new KernelError('config_invalid', `mqtt-broker: ${what}`, { hint })
}
