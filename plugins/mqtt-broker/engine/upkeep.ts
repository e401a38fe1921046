import type { PluginContext } from 'patchbay'
import type { Broker } from '../broker.js'
import type { Guard } from '../guard.js'
import type { Options } from '../options.js'
import { tellGathered } from './events.js'
import { expire } from './expiry.js'
import { reportRefusals } from './refusals.js'
import { forgetFast } from './slow.js'
import { publishSystem } from './system.js'
import { publishOrphans } from './wills.js'

/** Whoever looks into the log for a device that does not come in should not wait long. */
const REPORT_MS = 10_000

/** What the broker does by itself while this generation lives. */
export function upkeep(ctx: PluginContext<Options>, broker: Broker, guard: Guard): void {
  const { sys_interval } = ctx.config
  ctx.every(1000, () => expire(broker))
  ctx.every(1000, () => tellGathered(broker))
  ctx.every(1000, () => forgetFast(broker))
  ctx.every(REPORT_MS, () => reportRefusals(broker, ctx.log))
  if (sys_interval > 0) ctx.every(sys_interval * 1000, () => publishSystem(broker))
  ctx.onLive(() => {
    if (sys_interval > 0) publishSystem(broker)
    else broker.system.clear()
    void publishOrphans(broker, guard)
  })
}
