import { isIP } from 'node:net'
import { z } from 'zod'
import { reason } from '../errors.js'
import { AddressSet } from '../names/address-set.js'

/** What else listens in ejabberd. Their entries are read past with a warning, which says what there is instead. */
export const ELSEWHERE = {
  ejabberd_c2s: 'XMPP clients connect where ip, port and tls_port of plugins.xmpp-server say',
  ejabberd_s2s_in: 'there is no federation with other servers',
  ejabberd_service: 'there are no external components',
  ejabberd_sip: "SIP is spoken where a SIP plugin's own options say",
  ejabberd_stun: 'there is no STUN server',
  ejabberd_xmlrpc: 'there is no XML-RPC; mod_http_api has the same commands',
  mod_mqtt: 'MQTT clients connect where ip and port of plugins.mqtt-broker say',
  mod_proxy65: 'there is no proxy for files',
} as const

/** Documented options of an HTTP entry that have no counterpart here; named in a warning and read past. */
export const UNSERVED_OPTIONS = [
  'accept_interval',
  'allow_unencrypted_sasl2',
  'backlog',
  'cafile',
  'ciphers',
  'default_host',
  'dhfile',
  'inet',
  'inet6',
  'protocol_options',
  'send_timeout',
  'supervisor',
  'timeout',
  'tls_compression',
  'transport',
  'unix_socket',
  'use_proxy_protocol',
] as const

export const oneOrMore = z.union([z.string(), z.array(z.string())])

/** Reads addresses and networks; the first that is none is refused with a sentence. */
export function addresses(texts: readonly string[], issues: z.RefinementCtx): AddressSet {
  try {
    return new AddressSet(texts)
  } catch (thrown) {
    issues.addIssue({ code: 'custom', message: reason(thrown), input: texts })
    return z.NEVER
  }
}

/** The manuals print ports as numbers; people also quote them. */
const port = z.preprocess(
  value => (typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value),
  z.int().min(0).max(65535),
)
const onOff = z.preprocess(
  value => ({ on: true, yes: true, off: false, no: false })[String(value)] ?? value,
  z.boolean(),
)
const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected the name of an HTTP header')
const headerValue = z.coerce.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'expected the value of an HTTP header')

const http = z.strictObject({
  module: z.literal('ejabberd_http').optional().describe('what speaks on it'),
  port: port.describe('TCP port; 0 picks a free one'),
  ip: z
    .string()
    .refine(text => isIP(text) !== 0, 'expected an address such as 127.0.0.1, 0.0.0.0 or "::"')
    .default('127.0.0.1')
    .describe('address to bind'),
  tls: onOff.default(false),
  certfile: z.string().optional().describe('PEM file of this listener; without one `certfiles`'),
  tag: z.string().optional().describe('a name that permission rules can refer to'),
  allow_ips: oneOrMore
    .default([])
    .transform((texts, issues) => addresses([texts].flat(), issues))
    .describe('addresses and networks that may connect; everybody when it is empty'),
  request_handlers: z.record(z.string(), oneOrMore).default({}),
  custom_headers: z.record(headerName, headerValue).optional(),
  ...(Object.fromEntries(UNSERVED_OPTIONS.map(name => [name, z.unknown().optional()])) as Record<
    (typeof UNSERVED_OPTIONS)[number],
    z.ZodOptional<z.ZodUnknown>
  >),
})

const elsewhere = z.looseObject({
  module: z.enum(Object.keys(ELSEWHERE) as (keyof typeof ELSEWHERE)[]),
  port: z.unknown(),
})

/** An entry of `listen`, as ejabberd documents it. */
export const listenEntry = z.discriminatedUnion('module', [http, elsewhere])

export type AnyListenEntry = z.infer<typeof listenEntry>
export type ListenEntry = z.infer<typeof http>

export function isHttp(entry: AnyListenEntry): entry is ListenEntry {
  return entry.module === undefined || entry.module === 'ejabberd_http'
}
