import { generate } from 'selfsigned'

/** A self-signed certificate for `localhost`, in PEM, key and certificate. */
export async function localhostCertificate(): Promise<{ key: string; cert: string }> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  return { key, cert }
}
