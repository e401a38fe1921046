import { addressOf, type KernelContext, shownPath } from '../http/request.js'
import type { Identity } from '../life/identity.js'
import type { Audit } from './audit.js'
import type { AuditEntry } from './entry.js'
import { withoutSecrets } from './without-secrets.js'

/** Writes the request that `ctx` has just answered into the log, before the answer leaves; refusals are counted first. */
export function record(log: Audit, ctx: KernelContext): void | Promise<void> {
  const { change, refusal, identity } = ctx
  if (refusal) {
    const name = refusal.as.slice(0, 200)
    const result = refusal.why === 'permission' ? 'denied' : 'wrong credentials'
    log.refusals.add(addressOf(ctx), name, result, () => ({
      ...entryOf(ctx, `${ctx.method} ${shownPath(ctx)}`.slice(0, 200)),
      who: refusal.why === 'permission' ? nameOf(identity) : { kind: 'unknown', name },
      result,
    }))
  }
  if (!change) return
  const failed = change.failure !== undefined || ctx.status >= 400
  return log.append({
    ...entryOf(ctx, change.command.slice(0, 200)),
    who: nameOf(identity),
    ...(change.arguments === undefined ? {} : { arguments: withoutSecrets(change.arguments) }),
    result: failed ? 'failed' : 'done',
    ...(change.failure === undefined ? {} : { failure: change.failure.slice(0, 200) }),
  })
}

function entryOf(ctx: KernelContext, command: string): Omit<AuditEntry, 'who' | 'result'> {
  return {
    time: new Date().toISOString(),
    request: String(ctx.res.getHeader('X-Request-Id')),
    face: ctx.face ?? 'native',
    listener: ctx.carrier.name,
    address: ctx.carrier.local ? '' : addressOf(ctx),
    command,
    status: ctx.status,
  }
}

function nameOf(identity: Identity | undefined): AuditEntry['who'] {
  return identity ? { kind: identity.kind, name: identity.name } : null
}
