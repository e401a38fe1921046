import { z } from 'zod'

const port = (usual: number, what: string) =>
  z
    .union([z.literal(false), z.int().min(0).max(65535)])
    .default(usual)
    .describe(`${what}; 0 picks a free one, false opens none`)

/** Options of the embedded server. */
export const options = z.strictObject({
  ip: z.string().default('127.0.0.1').describe('address to bind'),
  port: port(5222, 'TCP port for clients'),
  tls_port: port(5223, 'port for clients over direct TLS'),
  certfile: z.string().optional().describe('certificate chain (PEM); without it that of the house'),
  keyfile: z.string().optional().describe('private key (PEM), when certfile does not hold it'),
  starttls: z
    .enum(['optional', 'required', 'off'])
    .default('optional')
    .describe(
      'whether TCP clients may or must begin TLS before they log in; required closes unencrypted WebSockets too',
    ),
  websocket_origins: z
    .array(z.string())
    .default([])
    .describe(
      'pages that may connect over WebSocket besides those of the served hosts: https://chat.example.org, or *',
    ),
  allow_unencrypted_plain_auth: z
    .boolean()
    .default(false)
    .describe('let clients on other machines send their passwords without TLS; on this machine they always may'),
  max_connections: z.int().min(1).default(20_000).describe('connections at once'),
  max_connection_rate: z.int().min(1).default(500).describe('new connections a second from one address, on average'),
  login_timeout: z.int().min(1).default(60).describe('seconds a connection may take until a resource is bound'),
  max_stanza_bytes: z.int().min(10_000).max(16_777_216).default(262_144).describe('bytes of one stanza'),
  max_input_rate: z
    .int()
    .min(0)
    .default(524_288)
    .describe('bytes a second from one client, who is read more slowly beyond; 0 is no limit'),
  max_unread_bytes: z
    .int()
    .min(16_384)
    .default(1_048_576)
    .describe('bytes that a client may leave unread before its stream is closed'),
  ping_interval: z
    .int()
    .min(0)
    .default(0)
    .describe('seconds of silence after which a client is asked whether it is there; 0 leaves that to TCP'),
  max_user_sessions: z.int().min(1).max(1000).default(10).describe('resources that an account may have bound at once'),
  scram_iterations: z
    .int()
    .min(4096)
    .max(1_000_000)
    // As Prosody; RFC 7677 asks for 4096 at least.
    .default(10_000)
    .describe('iterations of PBKDF2 for new passwords'),
  max_contacts: z
    .int()
    .min(1)
    .max(100_000)
    .default(10_000)
    .describe('contacts that a client may put into its roster; administrators may add more'),
  max_offline_messages: z
    .int()
    .min(0)
    .max(100_000)
    .default(1000)
    .describe('messages that wait for an account that is offline; senders of more are told so'),
  max_offline_bytes: z.int().min(0).default(5_000_000).describe('bytes of all messages that wait for one account'),
})

export type Options = z.infer<typeof options>
