import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { KernelError, reason } from '../errors.js'

/** A private key with its chain, as TLS wants them. */
export interface Certificate {
  /** PEM. */
  key: string
  /** PEM: the certificate, then those that vouch for it. */
  cert: string
  /** Whether it is valid for this host name. */
  serves(host: string): boolean
}

const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/g
const CERTIFICATES = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g
const HINT = 'the files are PEM; the private key and the certificate chain may be in one file or in several'

/** Every private key found in PEM files with its own chain, in the order of the files. `*` stands for any part of a name. */
export function readCertificates(patterns: readonly string[], setting: string): Certificate[] {
  const wrong = (why: string) => new KernelError('config_invalid', `"${setting}": ${why}`, { hint: HINT })
  const keys = new Map<string, KeyObject>()
  const certificates = new Map<string, X509Certificate>()
  for (const file of patterns.flatMap(expand)) {
    const text = attempt(
      () => readFileSync(file, 'utf8'),
      why => wrong(`${file} cannot be read: ${why}`),
    )
    const parsed = <T>(read: () => T) => attempt(read, why => wrong(`${file} is damaged or encrypted: ${why}`))
    for (const pem of text.match(KEY) ?? []) {
      keys.set(
        pem,
        parsed(() => createPrivateKey(pem)),
      )
    }
    for (const pem of text.match(CERTIFICATES) ?? []) {
      certificates.set(
        pem,
        parsed(() => new X509Certificate(pem)),
      )
    }
  }
  const files = patterns.join(', ')
  if (keys.size === 0) throw wrong(`no private key in ${files}`)
  if (certificates.size === 0) throw wrong(`no certificate in ${files}`)
  const known = [...certificates.values()]
  return [...keys].map(([pem, key]) => {
    const own = known.find(each => each.checkPrivateKey(key))
    if (!own) throw wrong(`a private key in ${files} matches none of the certificates there`)
    return { key: pem, cert: chainOf(own, known).join('\n'), serves: host => own.checkHost(host) !== undefined }
  })
}

/**
 * The certificate made on first use for all `hosts`, kept in the data folder (file mode 0600). It is made anew when one
 * of `hosts` is not in it.
 */
export async function selfSignedCertificate(dataFolder: string, hosts: readonly string[]): Promise<Certificate[]> {
  const folder = join(dataFolder, 'tls')
  const file = join(folder, 'self-signed.pem')
  if (!(existsSync(file) && names(file, hosts))) {
    const { generate } = await import('selfsigned')
    const altNames = [
      ...hosts.map(host => ({ type: 2 as const, value: host })),
      { type: 7 as const, ip: '127.0.0.1' },
      { type: 7 as const, ip: '::1' },
    ]
    const made = await generate([{ name: 'commonName', value: hosts[0]! }], {
      keyType: 'ec',
      algorithm: 'sha256',
      notAfterDate: new Date(Date.now() + 3650 * 86_400_000),
      extensions: [{ name: 'subjectAltName', altNames }],
    })
    attempt(
      () => {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        // Renamed into place, so that a crash never leaves half of it for later starts.
        writeFileSync(`${file}.new`, `${made.private}\n${made.cert}\n`, { mode: 0o600 })
        renameSync(`${file}.new`, file)
      },
      why => new KernelError('data_unwritable', `the self-signed certificate ${file} cannot be written: ${why}`),
    )
  }
  return readCertificates([file], 'tls')
}

/** Whether the certificate in `file` was made for all of `hosts`. One that is damaged is told of when it is used. */
function names(file: string, hosts: readonly string[]): boolean {
  try {
    const { subjectAltName = '' } = new X509Certificate(readFileSync(file))
    const named = subjectAltName.split(', ')
    return hosts.every(host => named.includes(`DNS:${host}`))
  } catch {
    return true
  }
}

/** The certificate and those above it that are known, up to the one that vouches for itself. */
function chainOf(own: X509Certificate, known: readonly X509Certificate[]): string[] {
  const chain = [own]
  for (;;) {
    const last = chain.at(-1)!
    const above = known.find(each => !chain.includes(each) && last.checkIssued(each))
    if (!above) return chain.map(each => each.toString())
    chain.push(above)
  }
}

/** The files that a path with `*` in its parts means; a path without one means itself. */
function expand(pattern: string): string[] {
  if (!pattern.includes('*')) return [pattern]
  let found = ['']
  for (const part of resolve(pattern).split('/').slice(1)) {
    const fits = new RegExp(`^${part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
    found = found.flatMap(folder => {
      const names = part.includes('*') ? namesIn(`${folder}/`).filter(name => fits.test(name)) : [part]
      return names.map(name => `${folder}/${name}`)
    })
  }
  return found
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

function attempt<T>(act: () => T, sentence: (why: string) => KernelError): T {
  try {
    return act()
  } catch (thrown) {
    throw sentence(reason(thrown))
  }
}
