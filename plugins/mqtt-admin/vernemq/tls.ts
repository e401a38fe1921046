import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type PluginContext, reason } from 'patchbay'
import type { MqttBackend } from '../backend.js'

const TWO_DAYS = 172_800

/** `tls show` and `tls check` of 2.x: the certificate files of the listeners. The self-signed one of the house has none. */
export function contributeTls(ctx: PluginContext, backend: () => MqttBackend): void {
  const access = { permission: 'listeners.read' }
  ctx.command('vernemq', { access, path: 'tls show', reads: true }, async () => {
    const certificates = await Promise.all((await files(backend())).map(certificateIn))
    return { table: certificates.map(({ row }) => row) }
  })
  ctx.command(
    'vernemq',
    { access, path: 'tls check', reads: true, flags: { validity: { short: 'v', value: 'number' } } },
    async ({ flags }) => {
      const seconds = Number(flags.get('validity') ?? TWO_DAYS)
      const certificates = await Promise.all((await files(backend())).map(certificateIn))
      const doubtful = certificates.filter(({ from, until }) => !(until >= seconds && from <= 0))
      return doubtful.length === 0 ? { text: 'All fine' } : { table: doubtful.map(({ row }) => row) }
    },
  )
}

async function files({ listeners }: MqttBackend): Promise<string[]> {
  const named = (await listeners.list()).flatMap(({ certificate }) => certificate?.certfile ?? [])
  return [...new Set(named)]
}

/** `from` and `until` are the seconds until it is valid, and until it is not any more. */
async function certificateIn(File: string) {
  try {
    const certificate = new X509Certificate(await readFile(File))
    const row = {
      File,
      Not_Before: shown(certificate.validFrom),
      Not_After: shown(certificate.validTo),
      CN: commonName(certificate.subject),
      Issuer: commonName(certificate.issuer),
      SAN: certificate.subjectAltName ?? null,
    }
    return { row, from: secondsUntil(certificate.validFrom), until: secondsUntil(certificate.validTo) }
  } catch (thrown) {
    const row = {
      File,
      Not_Before: null,
      Not_After: null,
      CN: `cannot be read: ${reason(thrown)}`,
      Issuer: null,
      SAN: null,
    }
    return { row, from: 0, until: Number.NEGATIVE_INFINITY }
  }
}

function secondsUntil(date: string): number {
  return (Date.parse(date) - Date.now()) / 1000
}

/** UTC: `2026-01-02 03:04:05` */
function shown(date: string): string {
  return new Date(date).toISOString().slice(0, 19).replace('T', ' ')
}

function commonName(name: string): string | null {
  return /^CN=(.*)$/m.exec(name)?.[1] ?? null
}
