import {
  type Argument,
  bareJid,
  type EjabberdCommand,
  EjabberdError,
  type PluginContext,
  prepareDomain,
} from 'patchbay'
import type { XmppBackend } from '../backend.js'

/** A command of the ejabberd face: its entry in the registry, and what it asks of the backend. */
export interface BackendCommand extends EjabberdCommand {
  run(backend: XmppBackend, given: Readonly<Record<string, string>>, call: BackendCall): unknown
}

/** What a command may need beside its arguments. */
export interface BackendCall {
  /** What the original's Erlang node would be called. */
  readonly node: string
  /** Ends the process, cleanly. */
  leave(why: string): void
}

export const USER: Argument = { name: 'user', type: 'string' }
export const HOST: Argument = { name: 'host', type: 'string' }
/** Where the original still takes the name of old. */
export const HOST_OR_SERVER: Argument = { ...HOST, formerly: ['server'] }
export const RESCODE = { type: 'rescode' } as const
export const RESTUPLE = { type: 'restuple' } as const
export const LIST = { type: 'list' } as const

export function contributeCommands(
  ctx: PluginContext,
  backend: () => XmppBackend,
  commands: readonly BackendCommand[],
): void {
  for (const { run, ...definition } of commands) {
    ctx.command('ejabberd', definition, ({ arguments: given, node }) =>
      run(backend(), given as Record<string, string>, { node, leave: ctx.leave }),
    )
  }
}

/** The bare JID that a user name and a host make; undefined when they make none. */
export function jidOf(user: string, host: string): string | undefined {
  return user.includes('@') || /[@/]/.test(host) ? undefined : bareJid(`${user}@${host}`)
}

/** The host as it is stored; throws the original's refusal when it is not served. */
export async function servedHost(backend: XmppBackend, given: string): Promise<string> {
  const host = prepareDomain(given)
  if (host === undefined || !(await backend.hosts()).includes(host)) throw unknownHost()
  return host
}

export function unknownHost(): EjabberdError {
  return new EjabberdError(400, 'Unknown virtual host')
}
