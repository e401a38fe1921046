import type { Access } from '../../life/contributions.js'
import type { Identity } from '../../life/identity.js'
import type { KernelContext } from '../request.js'

/** Which of the two modules of that name is spoken: the documented one, or the one that it comes from (contracts/xmpp.md §1). */
export const ADMIN_REST_PROFILES = ['fork', 'original'] as const
export type AdminRestProfile = (typeof ADMIN_REST_PROFILES)[number]

export interface AdminRestCommand {
  access: Access
  /** The first path segment after the base: `user`, `module`. */
  route: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** What it concerns: the account that the resource is the JID or the name of, or the caller's own host. */
  addressed?: 'account' | 'host'
  /** The only profile that has it: the other one does not know the path. */
  profile?: AdminRestProfile
  /** Its body is a text, even where it looks like JSON. */
  text?: true
}

export interface AdminRestCall {
  /** The second path segment, percent-decoded; undefined when the path has none. */
  resource: string | undefined
  /** The third one. */
  attribute: string | undefined
  /** The fourth one. */
  detail: string | undefined
  /** Parsed JSON, or the raw text where it is not JSON; undefined without a body. */
  body: unknown
  profile: AdminRestProfile
  /** Where names without a domain are: the caller's own host, which is the first one for who has none. */
  host: string
  identity: Identity | undefined
  ctx: KernelContext
}

/** Answered as `{"result": …}`, or as a text of a type of its own. */
export type AdminRestReply = { status?: number } & ({ result: unknown } | { text: string; type: string })

declare module '../../life/contributions.js' {
  interface FaceCommands {
    admin_rest: {
      definition: AdminRestCommand
      handler: (call: AdminRestCall) => AdminRestReply | Promise<AdminRestReply>
    }
  }
}
