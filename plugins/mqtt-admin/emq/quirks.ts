import { z } from 'zod'

/**
 * Where EMQ 2.3's manual and its code disagree: `code` answers as the server did, `doc` as the manual says
 * (contracts/mqtt.md §0.3, §1.4).
 */
export const quirks = z
  .enum(['code', 'doc'])
  .default('code')
  .describe('EMQ API: where manual and server disagree, answer as the server did (code) or as the manual says (doc)')

export type Quirks = z.infer<typeof quirks>
