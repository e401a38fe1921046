import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from 'selfsigned'

/** Files of one certificate that vouches for itself, made for a common name. */
export async function certificateFiles(folder: string, commonName: string) {
  const made = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: commonName },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  const [certfile, keyfile] = [join(folder, `${commonName}.pem`), join(folder, `${commonName}.key`)]
  writeFileSync(certfile, made.cert)
  writeFileSync(keyfile, made.private)
  return { certfile, keyfile, cert: made.cert, key: made.private }
}
