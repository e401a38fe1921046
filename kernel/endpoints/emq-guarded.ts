import { type EmqCall, EmqError } from '../http/faces/emq-command.js'
import type { Tools } from './tools.js'

/**
 * EMQ's users may do everything on its face whatever their tags. The plugin that decides what they may do elsewhere is an
 * administrator's all the same, or each could give himself the rest.
 */
export function assertMayChange({ live, inventory }: Tools, plugin: string, { identity }: EmqCall): void {
  const deciding = live.table.authenticatorScope?.plugin
  if (deciding === undefined || inventory.find(plugin)?.name !== deciding) return
  if (identity?.kind === 'local' || identity?.level === 3) return
  throw new EmqError(102, 'only an administrator can do this')
}
