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
  allow_unencrypted_plain_auth: z
    .boolean()
    .default(false)
    .describe('let clients on other machines send their passwords without TLS; on this machine they always may'),
  max_user_sessions: z.int().min(1).max(1000).default(10).describe('resources that an account may have bound at once'),
  scram_iterations: z
    .int()
    .min(4096)
    .max(1_000_000)
    // As Prosody; RFC 7677 asks for 4096 at least.
    .default(10_000)
    .describe('iterations of PBKDF2 for new passwords'),
})

export type Options = z.infer<typeof options>
