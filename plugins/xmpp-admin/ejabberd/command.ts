import {
  bareJid,
  type EjabberdCommand,
  EjabberdError,
  type PluginContext,
  prepareDomain,
  prepareResource,
} from 'patchbay'
import type { XmppBackend } from '../backend.js'
import { keepDeparture } from './departure.js'

/** A command of the ejabberd face: its entry in the registry, and what it asks of the backend. */
export interface BackendCommand extends EjabberdCommand {
  run(backend: XmppBackend, given: Given, call: BackendCall): unknown
}

/** Texts under their arguments' names; `call.arguments` has what is none, too. */
export type Given = Readonly<Record<string, string>>

/** What a command may need beside its arguments. */
export interface BackendCall {
  readonly arguments: Readonly<Record<string, unknown>>
  /** Of the API that the caller speaks. */
  readonly version: number
  /** What the original's Erlang node would be called. */
  readonly node: string
  /** Who is calling, as the face knows them. */
  readonly caller: string
  /** Ends the process, cleanly, after so many seconds. */
  leave(why: string, seconds: number): void
}

export async function contributeCommands(
  ctx: PluginContext,
  backend: () => XmppBackend,
  commands: readonly BackendCommand[],
): Promise<void> {
  const leave = await keepDeparture(ctx)
  for (const { run, ...definition } of commands) {
    ctx.command('ejabberd', definition, ({ arguments: given, node, version, identity }) =>
      run(backend(), given as Given, { arguments: given, version, node, caller: identity?.name ?? 'anonymous', leave }),
    )
  }
}

/** The bare JID that a user name and a host make; undefined when they make none. */
export function jidOf(user: string, host: string): string | undefined {
  return user.includes('@') || /[@/]/.test(host) ? undefined : bareJid(`${user}@${host}`)
}

/** The host as it is stored; throws the original's refusal when it is not served. */
export async function servedHost(backend: XmppBackend, given: string): Promise<string> {
  const host = await knownHost(backend, given)
  if (host === undefined) throw unknownHost()
  return host
}

/** The bare JID of what may be an account of a host that is served; undefined when it is no JID. */
export async function servedJid(backend: XmppBackend, user: string, host: string): Promise<string | undefined> {
  await servedHost(backend, host)
  return jidOf(user, host)
}

/** The bare JID of what may be an account here; undefined also where its host is not served, which looks like nobody. */
export async function knownJid(backend: XmppBackend, user: string, host: string): Promise<string | undefined> {
  const known = await knownHost(backend, host)
  return known === undefined ? undefined : jidOf(user, known)
}

/** The host as it is stored; undefined when it is not served. */
export async function knownHost(backend: XmppBackend, given: string): Promise<string | undefined> {
  const host = prepareDomain(given)
  return host !== undefined && (await backend.hosts()).includes(host) ? host : undefined
}

/** The full JID of what may be a session; undefined when it is no JID, or its host is not served. */
export async function knownSession(backend: XmppBackend, { user, host, resource }: Given): Promise<string | undefined> {
  const jid = await knownJid(backend, user!, host!)
  const prepared = prepareResource(resource!)
  return jid === undefined || prepared === undefined ? undefined : `${jid}/${prepared}`
}

export function unknownHost(): EjabberdError {
  return new EjabberdError(400, 'Unknown virtual host')
}
