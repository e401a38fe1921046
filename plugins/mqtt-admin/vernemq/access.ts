import type { Access } from 'patchbay'
import { z } from 'zod'

const mode = (what: string) =>
  z
    .enum(['noauth', 'apikey'])
    .default('noauth')
    .describe(`whether ${what} of the VerneMQ API needs an API key of that scope`)

/** As `http_module.….auth.mode` there; without a key unless said, as up to 1.12. */
export const vernemqOptions = {
  metrics_auth: mode('/metrics'),
  health_auth: mode('/health'),
  status_auth: mode('/status and /status.json'),
}

export type VernemqOptions = Readonly<Record<keyof typeof vernemqOptions, 'noauth' | 'apikey'>>
export type AccessOf = (module: 'metrics' | 'health' | 'status') => Access

export function accessOf(options: VernemqOptions): AccessOf {
  return module => (options[`${module}_auth`] === 'apikey' ? { permission: 'nodes.read' } : { public: true })
}
