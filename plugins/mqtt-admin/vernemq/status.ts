import type { PluginContext } from 'patchbay'
import type { MqttBackend } from '../backend.js'
import type { AccessOf } from './access.js'
import { nodeStatus } from './cluster.js'
import type { HttpListeners } from './http-listeners.js'
import { knownListeners } from './known-listeners.js'
import { httpRow, mqttRow } from './listener-rows.js'
import { STATUS_PAGE } from './status-page.js'

const PLAIN = { tls: false, mqtt: false }

/** `/status.json`, and the page that shows it (contracts/mqtt.md §2.5). */
export function contributeStatus(
  ctx: PluginContext,
  backend: () => MqttBackend,
  http: HttpListeners,
  access: AccessOf,
): void {
  const definition = { access: access('status'), reads: true, scope: 'status' } as const
  ctx.command('vernemq', { ...definition, path: '/status.json' }, async ({ node }) => {
    const { version, ...figures } = await nodeStatus(backend())
    const mqtt = await knownListeners(backend())
    const rows = [...http.list().map(each => httpRow(each, PLAIN)), ...mqtt.map(each => mqttRow(each, PLAIN))]
    const listeners = rows.map(({ type, status, ip, port, mountpoint, max_conns }) => {
      return { type, status, ip, port: Number(port), mountpoint, max_conns }
    })
    const body = [{ [node]: { ...figures, mystatus: [{ [node]: true }], listeners, version } }]
    return { status: 200, type: 'application/json', body: JSON.stringify(body) }
  })
  ctx.command('vernemq', { ...definition, path: '/status' }, () => {
    return { status: 200, type: 'text/html', body: STATUS_PAGE }
  })
}
