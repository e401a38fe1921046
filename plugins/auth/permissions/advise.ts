import type { Blocks } from './blocks.js'
export interface Advice {
  level: 'warning' | 'note'
  path: string
  text: string
}
export function advise(_b: Blocks, _k: { hosts: readonly string[]; commands: Iterable<string> }): Advice[] {
  return []
}
