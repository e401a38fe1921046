import { z } from 'zod'

/** The block `plugins.auth` of the configuration. */
export const options = z.strictObject({
  cache_seconds: z
    .number()
    .min(0)
    .default(60)
    .describe('how long verified credentials are remembered after their last use'),
  login_failures: z
    .int()
    .min(20)
    .default(20)
    .describe('wrong logins of one name from one address within a minute before it is refused from there'),
  login_refusal_seconds: z.number().positive().max(3600).default(60).describe('for how long it is refused'),
  scrypt_cost: z
    .int()
    .min(1024)
    .refine(cost => (cost & (cost - 1)) === 0, 'expected a power of two')
    // Needs 32 MiB, which malloc gives back to the system at once; the 16 MiB of 16384 it would keep.
    .default(32_768)
    .describe('scrypt N of new password hashes, a power of two'),
})
