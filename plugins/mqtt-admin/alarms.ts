import { KernelError, type PluginContext } from 'patchbay'
import type { MqttAlarm, MqttBackend } from './backend.js'
import { type Condition, judgeHealth, measureHealth } from './health.js'
import { descriptorLimit } from './node-figures.js'
import type { Options } from './options.js'

const CHECK_MS = 10_000

/** What is wrong now, and since when. */
export type Alarms = () => Promise<MqttAlarm[]>

/** Alarms of the broker, of the process, and of plugins that failed. */
export async function openAlarms(ctx: PluginContext<Options>, backend: () => MqttBackend): Promise<Alarms> {
  const limit = await descriptorLimit()
  /** Since when each condition holds, in milliseconds since the epoch. */
  const since = await ctx.keep<Map<string, number>>('alarms', { open: () => new Map(), close: () => undefined })
  let conditions = judgeHealth(await measureHealth(limit))
  const current = () => [...conditions, ...failedPlugins(ctx)]

  ctx.every(CHECK_MS, async () => {
    conditions = judgeHealth(await measureHealth(limit))
    note(since, current())
  })

  return async () => {
    const now = current()
    note(since, now)
    const own = now.map(condition => ({ ...condition, raisedAt: since.get(condition.id)! }))
    return [...(await ofBroker(backend)), ...own]
  }
}

/** None without a broker, nor of one that tells none: the others are told all the same. */
async function ofBroker(backend: () => MqttBackend): Promise<MqttAlarm[]> {
  try {
    return await backend().alarms()
  } catch (thrown) {
    if (thrown instanceof KernelError && (thrown.code === 'no_backend' || thrown.code === 'unsupported')) return []
    throw thrown
  }
}

function note(since: Map<string, number>, conditions: readonly Condition[]): void {
  const holding = new Set(conditions.map(({ id }) => id))
  for (const id of since.keys()) if (!holding.has(id)) since.delete(id)
  for (const id of holding) if (!since.has(id)) since.set(id, Date.now())
}

function failedPlugins(ctx: PluginContext<Options>): Condition[] {
  const failed = ctx.plugins().filter(({ state }) => state === 'failed')
  return failed.map(({ name, error }) => ({
    id: `plugin_failed:${name}`,
    severity: 'error',
    title: `plugin ${name} has failed`,
    summary: error ?? 'the log says why',
  }))
}
