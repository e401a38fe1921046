import type { Advice } from 'patchbay'
import type { z } from 'zod'
import { Issuers } from './oauth/jwt/issuers.js'
import { Signer } from './oauth/jwt/signer.js'
import type { options } from './options.js'
import { advise } from './permissions/advise.js'
import { EJABBERD_COMMANDS } from './permissions/ejabberd-commands.js'

/** What the rules do; throws when a key of `jwt` cannot be used, which only reading its file tells. */
export function adviseOn(config: z.infer<typeof options>, { hosts }: { hosts: readonly string[] }): Advice[] {
  new Signer(config.jwt.signing, hosts[0]!, Buffer.alloc(32))
  new Issuers(config.jwt.issuers, hosts, () => false)
  return advise(config, { hosts, commands: EJABBERD_COMMANDS })
}
