import { AsyncLocalStorage } from 'node:async_hooks'
import type { View } from './gate.js'

/**
 * On whose behalf code is running. Timers, sockets and promises inherit it, so an error that nobody caught can be
 * attributed to a plugin, and a service can be resolved through the live table that the request has pinned.
 */
export interface Scope {
  readonly plugin: string
  /** Which kernel it runs in: tests have several in one process. */
  readonly house: object
  /** The generation that answers for what happens here; a holding's scope names the one now live. */
  readonly generation: number
  /** The live table that the current request reads; none outside requests. */
  readonly view?: View
}

const scopes = new AsyncLocalStorage<Scope>()

export function currentScope(): Scope | undefined {
  return scopes.getStore()
}

const blamed = new WeakMap<object, Scope>()

/** Notes on whose behalf an error was thrown, for errors that travel out of the scope before anybody looks. */
export function blame(thrown: unknown, scope: Scope): void {
  if (typeof thrown === 'object' && thrown !== null) blamed.set(thrown, scope)
}

/** The scope that answers for `thrown`: the one it was noted with, else the one in which it surfaced. */
export function scopeBehind(thrown: unknown): Scope | undefined {
  const noted = typeof thrown === 'object' && thrown !== null ? blamed.get(thrown) : undefined
  return noted ?? currentScope()
}

export function inScope<T>(scope: Scope, act: () => T): T {
  return scopes.run(scope, act)
}

export function inScopeOf<A, T>(scope: Scope, act: (argument: A) => T, argument: A): T {
  return scopes.run(scope, act, argument)
}

/** Runs kernel work that must not be attributed to the plugin it was called from. */
export function outsideScopes<T>(act: () => T): T {
  return scopes.exit(act)
}
