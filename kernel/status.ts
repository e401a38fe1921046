import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tools } from './endpoints/tools.js'

export const VERSION = (
  JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as { version: string }
).version

/** The state of the house at a glance. Times in seconds, memory in bytes. */
export function status({ inventory, listeners, live, configuration, app }: Tools): object {
  const { rss, heapUsed } = process.memoryUsage()
  return {
    version: VERSION,
    pid: process.pid,
    uptime: Math.floor(process.uptime()),
    node: process.version,
    hosts: configuration.settings.hosts,
    configuration: configuration.file ?? null,
    data: configuration.settings.data,
    listeners: listeners.addresses,
    plugin_listeners: inventory.listening,
    plugins: inventory.list().map(({ name, state, generation }) => ({ name, state, generation })),
    table: live.table.number,
    requests: { waiting: app.inFlight.count, past_tables: live.gate.lingering },
    memory: { resident: rss, heap: heapUsed },
  }
}
