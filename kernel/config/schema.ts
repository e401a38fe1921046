import { z } from 'zod'
import { prepareDomain } from '../names/jid.js'
import { addresses, listenEntry, oneOrMore } from './listen.js'

export { check } from './check.js'
export type { ListenEntry } from './listen.js'

const limits = z.strictObject({
  body_bytes: z.int().min(1024).default(1_048_576),
  request_seconds: z.number().positive().max(86_400).default(30),
  headers_seconds: z.number().positive().max(86_400).default(10),
  start_seconds: z.number().positive().max(86_400).default(10),
  drain_seconds: z.number().positive().max(86_400).default(5),
  undo_seconds: z.number().positive().max(86_400).default(5),
  probation_seconds: z.number().min(0).max(86_400).default(10),
  restarts: z.int().min(0).default(3).describe('crashes within restart_window_seconds before a plugin is failed'),
  restart_window_seconds: z.number().positive().default(30),
})

/** Documented blocks at the top of the file that a plugin reads and checks: `topLevel` of its definition. */
export const lent = {
  acl: z.unknown().optional(),
  access_rules: z.unknown().optional(),
  api_permissions: z.unknown().optional(),
  oauth_access: z.unknown().optional(),
  oauth_expire: z.unknown().optional(),
  oauth_client_id_check: z.unknown().optional(),
  admins: z.unknown().optional(),
}

/** In the form in which domains of JIDs are compared. */
function host(text: string, issues: z.RefinementCtx): string {
  const prepared = prepareDomain(text)
  if (prepared !== undefined) return prepared
  issues.addIssue({ code: 'custom', input: text, message: 'expected a domain such as example.org' })
  return z.NEVER
}

/** patchbay.yml. Everything is optional; ejabberd's documented blocks stand as they are printed. */
export const settingsSchema = z.strictObject({
  hosts: z
    .array(z.string().transform(host))
    .min(1)
    .default(['localhost'])
    .describe('the domains that every protocol serves'),
  data: z.string().min(1).default('./data').describe('folder of the store and of the control socket'),
  plugin_folders: z.array(z.string()).default([]).describe('further folders whose sub-folders are plugins'),
  listen: z.array(listenEntry).default([]),
  certfiles: oneOrMore
    .transform(files => [files].flat())
    .default([])
    .describe('PEM files with certificates and keys; a * stands for any part of a name'),
  trusted_proxies: oneOrMore
    .default([])
    .transform((texts, issues) => addresses([texts].flat(), issues))
    .describe('addresses and networks whose X-Forwarded-For is believed; "all" for every one'),
  node_names: z
    .strictObject({
      emq: z.string().default('emq@127.0.0.1'),
      vernemq: z.string().default('VerneMQ@127.0.0.1'),
      ejabberd: z.string().default('ejabberd@localhost'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
      format: z.enum(['auto', 'text', 'json']).default('auto').describe('auto: text on a terminal, else JSON lines'),
      requests: z.boolean().default(false).describe('a line for each request, without its query'),
    })
    .prefault({}),
  limits: limits.prefault({}),
  audit: z
    .strictObject({
      entries: z.int().min(100).max(10_000_000).default(100_000).describe('how many the audit log keeps'),
      days: z.number().positive().max(36_500).default(365).describe('how long the audit log keeps an entry'),
    })
    .prefault({}),
  ...lent,
  plugins: z.record(z.string(), z.record(z.string(), z.unknown()).nullable()).default({}),
})

export type Settings = z.infer<typeof settingsSchema>
