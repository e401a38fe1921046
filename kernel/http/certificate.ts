import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KernelError, reason } from '../errors.js'

export interface Certificate {
  key: string
  cert: string
}

const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/
const CERTIFICATES = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** The key and the chain found in PEM files, in the order of the files. */
export function readCertificate(files: readonly string[]): Certificate {
  let text = ''
  for (const file of files) {
    try {
      text += `${readFileSync(file, 'utf8')}\n`
    } catch (thrown) {
      throw new KernelError('config_invalid', `"certfiles": ${file} cannot be read: ${reason(thrown)}`)
    }
  }
  const key = KEY.exec(text)?.[0]
  const chain = text.match(CERTIFICATES)
  if (key && chain) return { key, cert: chain.join('\n') }
  throw new KernelError(
    'config_invalid',
    `"certfiles": no ${key ? 'certificate' : 'private key'} in ${files.join(', ')}`,
    {
      hint: 'the files are PEM; the private key and the certificate chain may be in one file or in several',
    },
  )
}

/** The certificate made on first use for all `hosts`, kept in the data folder (file mode 0600). */
export async function selfSignedCertificate(dataFolder: string, hosts: readonly string[]): Promise<Certificate> {
  const file = join(dataFolder, 'tls', 'self-signed.pem')
  if (existsSync(file)) return readCertificate([file])
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
  mkdirSync(join(dataFolder, 'tls'), { recursive: true, mode: 0o700 })
  writeFileSync(file, `${made.private}\n${made.cert}\n`, { mode: 0o600 })
  return { key: made.private, cert: made.cert }
}
