import { KernelError } from '../errors.js'

/** What a loaded plugin is doing. Reload is not a state: the plugin stays `running` and its generation number grows. */
export type State = 'loaded' | 'starting' | 'running' | 'draining' | 'stopped' | 'failed'

/** `failed` is never a dead end: every state leads back to `starting`. */
const MOVES: Record<State, readonly State[]> = {
  loaded: ['starting'],
  starting: ['running', 'failed', 'loaded', 'stopped'],
  running: ['draining', 'failed'],
  draining: ['stopped', 'failed'],
  stopped: ['starting'],
  failed: ['starting', 'stopped'],
}

/** `to`, when the table of moves allows it from here. */
export function move(plugin: string, from: State, to: State): State {
  if (MOVES[from].includes(to)) return to
  throw new KernelError('internal', `plugin "${plugin}" cannot go from ${from} to ${to}`)
}
