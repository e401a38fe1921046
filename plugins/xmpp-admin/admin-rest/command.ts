import {
  ADMIN_REST_REFUSALS,
  type AdminRestCall,
  type AdminRestCommand,
  AdminRestError,
  type AdminRestReply,
  bareJid,
  type PluginContext,
} from 'patchbay'
import type { XmppBackend } from '../backend.js'
import type { Options } from '../options.js'

/** A command of admin_rest: when it is called, and what it asks of the backend. */
export interface RestCommand extends AdminRestCommand {
  run(backend: XmppBackend, call: RestCall): AdminRestReply | Promise<AdminRestReply>
}

export interface RestCall extends AdminRestCall {
  readonly options: Options
}

export const INVALID_USER = { status: 404, result: 'User does not exist or is malformed' } as const

export function unknownUser(shown: string) {
  return { status: 404, result: `User does not exist: ${shown}` } as const
}

export function contributeRestCommands(
  ctx: PluginContext<Options>,
  backend: () => XmppBackend,
  commands: readonly RestCommand[],
): void {
  for (const { run, ...definition } of commands) {
    ctx.command('admin_rest', definition, call => run(backend(), Object.assign(call, { options: ctx.config })))
  }
}

/** The account that the path names. */
export interface Named {
  /** Bare and prepared; undefined where no JID can be made of it. */
  readonly jid: string | undefined
  /** As answers name it. */
  readonly shown: string
}

/** A name on the caller's host, or a JID; without any the path is wrong. */
export function namedIn({ resource, host, profile }: RestCall): Named {
  if (resource === undefined) throw new AdminRestError(ADMIN_REST_REFUSALS.path)
  const text = onHost(resource, host)
  const jid = bareJid(text)
  if (jid !== undefined || profile === 'original' || resource.includes('@')) return { jid, shown: jid ?? text }
  return { jid: bareJid(`${escaped(resource)}@${host}`), shown: text.toLowerCase() }
}

/** A name without a domain is one of this host. */
export function onHost(name: string, host: string): string {
  return name.includes('@') ? name : `${name}@${host}`
}

/** The fork takes names that no JID can have: they are the accounts that clients reach by escaping them (XEP-0106 §3.3). */
function escaped(name: string): string {
  return name.replace(/(?!^) (?!$)|["&':<>]/g, sign => `\\${sign.charCodeAt(0).toString(16)}`)
}

/** The bare JID of the account that the path names, where there is one. */
export async function accountIn(backend: XmppBackend, call: RestCall): Promise<string> {
  const { jid, shown } = namedIn(call)
  if (jid !== undefined && (await backend.accounts.exists(jid))) return jid
  // The original prepares the name first, and takes no domain.
  const malformed = call.profile === 'original' && (jid === undefined || !(await isServed(backend, jid)))
  throw new AdminRestError(malformed ? INVALID_USER : unknownUser(shown))
}

export async function isServed(backend: XmppBackend, jid: string): Promise<boolean> {
  return (await backend.hosts()).includes(jid.slice(jid.indexOf('@') + 1))
}

/** An empty list is an object on this wire. */
export function listed<T>(entries: readonly T[]): readonly T[] | Record<string, never> {
  return entries.length > 0 ? entries : {}
}
