import { z } from 'zod'
import { KernelError } from '../errors.js'
import { didYouMean } from './nearest.js'

const port = z.int().min(0).max(65535)
const oneOrMore = z.union([z.string(), z.array(z.string())])

const listener = z.strictObject({
  port: z.union([port, z.string()]).describe('TCP port; 0 picks a free one'),
  ip: z.string().default('127.0.0.1').describe('address to bind'),
  module: z.string().default('ejabberd_http').describe('what speaks on it; the kernel serves ejabberd_http'),
  tls: z.boolean().default(false),
  certfile: z.string().optional(),
  tag: z.string().optional().describe('a name that permission rules can refer to'),
  request_handlers: z.record(z.string(), oneOrMore).default({}),
  custom_headers: z.record(z.string(), z.string()).optional(),
})

const limits = z.strictObject({
  body_bytes: z.int().min(1024).default(1_048_576),
  request_seconds: z.number().positive().default(30),
  headers_seconds: z.number().positive().default(10),
  start_seconds: z.number().positive().default(10),
  drain_seconds: z.number().positive().default(5),
  undo_seconds: z.number().positive().default(5),
  probation_seconds: z.number().min(0).default(10),
  restarts: z.int().min(0).default(3).describe('crashes within restart_window_seconds before a plugin is failed'),
  restart_window_seconds: z.number().positive().default(30),
})

/** patchbay.yml. Everything is optional; ejabberd's documented blocks stand as they are printed. */
export const settingsSchema = z.strictObject({
  hosts: z.array(z.string().min(1)).min(1).default(['localhost']).describe('the domains that every protocol serves'),
  data: z.string().default('./data').describe('folder of the store and of the control socket'),
  plugin_folders: z.array(z.string()).default([]).describe('further folders whose sub-folders are plugins'),
  listen: z.array(listener).default([]),
  certfiles: z.array(z.string()).default([]).describe('PEM files with certificates and keys'),
  trusted_proxies: oneOrMore.default([]),
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
    })
    .prefault({}),
  limits: limits.prefault({}),
  acl: z.unknown().optional(),
  access_rules: z.unknown().optional(),
  api_permissions: z.unknown().optional(),
  oauth_access: z.unknown().optional(),
  oauth_expire: z.unknown().optional(),
  plugins: z.record(z.string(), z.record(z.string(), z.unknown()).nullable()).default({}),
})

export type Settings = z.infer<typeof settingsSchema>
export type ListenEntry = z.infer<typeof listener>

/** `value` with defaults, or an error that names the path, what was expected and the nearest valid name. */
export function check<S extends z.ZodType>(schema: S, value: unknown, where: string, prefix = ''): z.infer<S> {
  const outcome = schema.safeParse(value)
  if (outcome.success) return outcome.data
  const sentences = outcome.error.issues.map(issue => sentence(issue, schema, prefix))
  throw new KernelError('config_invalid', `${where}: ${sentences.join('; ')}`, {
    hint: 'mend the option and try again; patchbay config show lists every option with its source',
  })
}

function sentence(issue: z.core.$ZodIssue, schema: z.ZodType, prefix: string): string {
  const path = [prefix, ...issue.path.map(String)].filter(Boolean).join('.')
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(shapeAt(schema, issue.path))
    return issue.keys
      .map(key => `unknown option "${[path, key].filter(Boolean).join('.')}"${didYouMean(key, known)}`)
      .join('; ')
  }
  return `"${path || 'the whole'}": ${issue.message}`
}

/** The object shape that `path` leads to, through defaults and lists. */
function shapeAt(schema: unknown, path: readonly PropertyKey[]): Record<string, unknown> {
  let at = schema as { _zod?: { def: Record<string, unknown> } } | undefined
  const unwrap = () => {
    while (at?._zod && 'innerType' in at._zod.def) at = at._zod.def['innerType'] as typeof at
  }
  for (const step of path) {
    unwrap()
    const def = at?._zod?.def
    at = ((def?.['shape'] as Record<PropertyKey, unknown>)?.[step] ??
      def?.['element'] ??
      def?.['valueType']) as typeof at
  }
  unwrap()
  return (at?._zod?.def['shape'] as Record<string, unknown>) ?? {}
}
