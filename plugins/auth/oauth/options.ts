import { z } from 'zod'
import { jwtOptions } from './jwt/options.js'

/** Ten years, the longest choice of the authorization page. */
export const LONGEST_SECONDS = 315_360_000

const UNITS: Record<string, number> = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 }

/** As ejabberd writes a time: seconds, `30 days`, or `infinity`. */
const seconds = z
  .union([
    z.int().min(1),
    z
      .string()
      .regex(
        /^(\d{1,12}|\d{1,9} ?(second|minute|hour|day|week)s?|infinity|infinite|unlimited)$/,
        'expected seconds, or a time such as "30 days" or "infinity"',
      ),
  ])
  .transform(written => {
    const [, amount, unit = 'second'] = /^(\d+) ?([a-z]+?)?s?$/.exec(String(written)) ?? []
    return Math.min(amount === undefined ? LONGEST_SECONDS : Number(amount) * UNITS[unit]!, LONGEST_SECONDS)
  })
  .refine(value => value > 0, 'expected at least one second')

/** Members of the plugin's `config`; the names at the top of patchbay.yml are ejabberd's. */
export const oauthOptions = {
  oauth_expire: seconds.default(4_294_967).describe('how long a token lives unless its request says, in seconds'),
  oauth_client_id_check: z
    .enum(['allow', 'db', 'deny'])
    .default('allow')
    .describe('db: only registered clients get tokens; deny: nobody does over HTTP'),
  oauth_max_tokens: z.int().min(1).max(1_000_000).default(50_000).describe('tokens that are valid at one time'),
  oauth_max_tokens_per_user: z
    .int()
    .min(1)
    .default(100)
    .describe('tokens of one JID that are valid at one time; a further one ends the one that would expire first'),
  jwt: jwtOptions,
}

const shape = z.object(oauthOptions)
export type OauthOptions = z.infer<typeof shape>
