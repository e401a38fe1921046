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

  const look = async () => {
    const broker = await ofBroker(backend)
    const now = [...(broker ? [] : [NO_BROKER]), ...conditions, ...failedPlugins(ctx)]
    note(since, now)
    const own = now.map(condition => ({ ...condition, raisedAt: since.get(condition.id)! }))
    return [...(broker ?? []), ...own]
  }
  ctx.every(CHECK_MS, async () => {
    conditions = judgeHealth(await measureHealth(limit))
    await look()
  })
  return look
}

const NO_BROKER: Condition = {
  id: 'no_broker',
  severity: 'critical',
  title: 'No broker runs',
  summary: 'no running plugin serves MQTT; start one: patchbay plugin start mqtt-broker',
}

/** Undefined without a broker; of one that tells none, none. */
async function ofBroker(backend: () => MqttBackend): Promise<MqttAlarm[] | undefined> {
  try {
    return await backend().alarms()
  } catch (thrown) {
    if (!(thrown instanceof KernelError)) throw thrown
    if (thrown.code === 'no_backend') return undefined
    if (thrown.code === 'unsupported') return []
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
