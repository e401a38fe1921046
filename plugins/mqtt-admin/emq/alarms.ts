import type { PluginContext } from 'patchbay'
import type { Alarms } from '../alarms.js'
import type { MqttAlarm } from '../backend.js'
import { localTime } from './time.js'

/** `alarms` (contracts/mqtt.md §1.3). */
export function contributeAlarms(ctx: PluginContext, alarms: Alarms): void {
  ctx.command('emq', { access: { permission: 'metrics.read' }, method: 'GET', path: 'nodes/{node}/alarms' }, async () =>
    (await alarms()).map(asEmq),
  )
}

function asEmq({ id, severity, title, summary, raisedAt }: MqttAlarm): object {
  return { id, severity, title, summary, occurred_at: localTime(new Date(raisedAt)) }
}
