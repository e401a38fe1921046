import { z } from 'zod'
import { credentialOptions } from './credentials.js'
import { oauthOptions } from './oauth/options.js'
import { permissionBlocks } from './permissions/schema.js'

/** What stands at the top of the file, as ejabberd has it. */
export const TOP_LEVEL = [...Object.keys(permissionBlocks.shape), 'oauth_expire', 'oauth_client_id_check']

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
  ...credentialOptions,
  ...oauthOptions,
  ...permissionBlocks.shape,
})
