import type { PluginContext } from 'patchbay'
import { z } from 'zod'
import type { Alarms } from '../alarms.js'
import { iso } from './list.js'

const ALARM = z.object({
  id: z.string(),
  severity: z.enum(['warning', 'error', 'critical']),
  title: z.string(),
  summary: z.string(),
  raised_at: z.iso.datetime().nullable(),
})

/** What is wrong now. */
export function contributeAlarms(ctx: PluginContext, alarms: Alarms): void {
  const describe = {
    summary: 'What is wrong now',
    query: z.strictObject({}),
    answer: z.object({ alarms: z.array(ALARM), total: z.int() }),
  }
  ctx.route('GET', '/mqtt/v1/alarms', { permission: 'metrics.read', describe }, async () => {
    const now = await alarms()
    return {
      alarms: now.map(({ raisedAt, ...alarm }) => ({ ...alarm, raised_at: iso(raisedAt) })),
      total: now.length,
    }
  })
}
