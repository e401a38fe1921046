import { KernelError } from '../../errors.js'
import type { Command, FaceName } from '../../life/contributions.js'
import { inScopeOf } from '../../life/scope.js'
import type { AddressSet } from '../../names/address-set.js'
import type { Asked } from '../access.js'
import type { LiveTable, RegistryBuilder } from '../live-table.js'
import { assertWaiting, type Change, type KernelContext } from '../request.js'
import type { AdminRestProfile } from './admin-rest-command.js'

/** One documented HTTP API: its wire format, its dispatcher, its ladder of refusals. Commands are contributed as data. */
export interface Face {
  readonly name: FaceName
  /** Turns the live commands into what `handle` looks them up in. */
  readonly build: RegistryBuilder
  /** Answers a request; `path` is the face's own, without the mount's prefix. */
  handle(ctx: KernelContext, view: LiveTable, path: string): void | Promise<void>
  /** What `command`, written as the face's users do, would ask for; undefined when there is no such command. */
  ask(view: LiveTable, command: string, given: Readonly<Record<string, string>>): Asked | undefined
  /** Says a failure in the face's words. */
  fail(ctx: KernelContext, error: KernelError): void
}

/** Options of the faces under their documented names, wherever they stand below `plugins:`. */
export interface FaceOptions {
  readonly admin_rest_base: string
  readonly admin_rest_profile: AdminRestProfile
  readonly admin_rest_secure: boolean
  readonly admin_rest_whitelist: AddressSet
  readonly hosts: readonly string[]
  readonly nodeNames: { emq: string; vernemq: string; ejabberd: string }
  readonly ejabberdVersion: number
  readonly bodyBytes: number
}

/**
 * Runs a command in its plugin's scope, so that a crash is attributed and services come from the pinned table.
 * A `change` goes into the audit log.
 */
export function run<A extends { ctx: KernelContext }, T>(
  view: LiveTable,
  command: { owner: string; handler: (call: A) => T },
  call: A,
  change: Change | undefined,
): T {
  assertWaiting(call.ctx, view)
  call.ctx.owner = command.owner
  call.ctx.change = change
  return inScopeOf(view.scopeOf(command.owner), command.handler, call)
}

/** For the audit log, where the HTTP status does not tell that the change was not made. */
export function failedAs(ctx: KernelContext, failure: string): void {
  if (ctx.change) ctx.change.failure = failure
}

/** Answers with bytes and a Content-Type exactly as given; Koa would add a charset. */
export function send(ctx: KernelContext, status: number, type: string, body: string | Buffer): void {
  ctx.status = status
  ctx.set('Content-Type', type)
  ctx.body = body
}

/** A status and headers alone: no body, and no Content-Type that would describe it. */
export function sendEmpty(ctx: KernelContext, status: number): void {
  ctx.status = status
  ctx.body = ''
  ctx.remove('Content-Type')
}

/** The parsed JSON of a body, or undefined when it is not JSON. JSON has no undefined, so the two cannot be mixed up. */
export function parseBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The percent-decoded text, or undefined when its encoding is broken. */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** A face's commands by the key under which a request finds them; two commands with one key are a conflict. */
export function commandsBy<F extends FaceName>(
  face: F,
  commands: readonly Command[],
  keyOf: (definition: Command<F>['definition']) => string,
): Map<string, Command<F>> {
  const registry = new Map<string, Command<F>>()
  for (const command of commands as unknown as readonly Command<F>[]) {
    const key = keyOf(command.definition)
    const other = registry.get(key)
    if (other) {
      throw new KernelError(
        'conflict',
        `plugin "${command.owner}" contributes ${face} ${key}, which plugin "${other.owner}" already serves`,
        { hint: `stop "${other.owner}" first, or exchange the two with replace` },
      )
    }
    registry.set(key, command)
  }
  return registry
}
