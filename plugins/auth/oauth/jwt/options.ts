import { z } from 'zod'
import { Hidden } from './hidden.js'

export const ALGORITHMS = ['HS256', 'RS256', 'ES256'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

const name = z.string().min(1).max(1024)
const algorithm = z.enum(ALGORITHMS)
/** RFC 7518 §3.2: as long as the hash at least. */
const secret = z
  .string()
  .refine(text => Buffer.byteLength(text) >= 32, 'expected 32 bytes at least')
  .transform(text => new Hidden(text))

/** Exactly one of these holds the key. */
const material = { secret: secret.optional(), file: name.optional() }

const verifyingKey = z
  .strictObject({ kid: name.optional(), algorithm, public_key: z.string().max(16_384).optional(), ...material })
  .refine(key => holdsOne(key.secret, key.public_key, key.file), 'expected one of secret, public_key, file')
  .refine(fits, 'HS256 takes a secret, RS256 and ES256 a public_key; a file may hold either')

const signingKey = z
  .strictObject({
    kid: name.optional(),
    algorithm,
    private_key: z
      .string()
      .max(16_384)
      .transform(text => new Hidden(text))
      .optional(),
    ...material,
    issuer: name.optional().describe('default: the first host'),
    audience: name.optional(),
  })
  .refine(key => holdsOne(key.secret, key.private_key, key.file), 'expected one of secret, private_key, file')
  .refine(fits, 'HS256 takes a secret, RS256 and ES256 a private_key; a file may hold either')

const issuer = z.strictObject({
  issuer: name.describe('the claim iss, compared as it is'),
  audience: z
    .union([name, z.array(name).min(1)])
    .optional()
    .describe('one of them must be in the claim aud'),
  keys: z.array(verifyingKey).min(1).max(32),
  scopes: name.default('scope').describe('the claim with the scopes: a text with blanks, or a list'),
  subject: name.default('sub').describe('the claim with the JID'),
  clock_skew_seconds: z.number().min(0).max(600).default(30),
  hosts: z
    .array(z.string().toLowerCase())
    .optional()
    .describe('domains it may speak for; default: all that are served'),
  operators: z.boolean().default(false).describe('whether it may speak for the JIDs of operators'),
})

export type IssuerOptions = z.infer<typeof issuer>
export type VerifyingKeyOptions = z.infer<typeof verifyingKey>
export type SigningOptions = z.infer<typeof signingKey>

export const jwtOptions = z
  .strictObject({
    issuers: z
      .array(issuer)
      .max(100)
      .refine(all => new Set(all.map(each => each.issuer)).size === all.length, 'two entries have the same issuer')
      .default([]),
    default: z.boolean().default(false).describe('whether /oauth/token issues JWTs unless the request says'),
    signing: signingKey.optional().describe('default: HS256 with a key of this installation'),
  })
  .prefault({})

function holdsOne(...given: unknown[]): boolean {
  return given.filter(each => each !== undefined).length === 1
}

function fits(key: {
  algorithm: Algorithm
  secret?: Hidden | undefined
  public_key?: string | undefined
  private_key?: Hidden | undefined
}): boolean {
  return key.algorithm === 'HS256' ? !key.public_key && !key.private_key : key.secret === undefined
}
