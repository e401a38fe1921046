import type { Command } from './command.js'
import { fields } from './table.js'

interface Status {
  version: string
  pid: number
  uptime: number
  node: string
  hosts: string[]
  configuration: string | null
  data: string
  listeners: { name: string; tls: boolean; faces: string[] }[]
  plugin_listeners: { plugin: string; address: string }[]
  plugins: { name: string; state: string }[]
  requests: { waiting: number }
  memory: { resident: number }
}

export const status: Command = {
  name: 'status',
  summary: 'shows what is running, where it listens, and how its plugins are',
  options: ['json', 'data'],
  example: 'patchbay status --json',
  async run({ server, printed, print }) {
    const found = await (await server()).get<Status>('/kernel/status')
    if (printed(found)) return
    const { version, pid, uptime, node, hosts, configuration, data, plugins, requests, memory } = found
    print(
      fields([
        ['Patchbay', `${version}, process ${pid}, up ${duration(uptime)}, Node ${node}`],
        ['configuration', configuration ?? 'the defaults'],
        ['data', data],
        ['hosts', hosts.join(', ')],
        ['listeners', addresses(found)],
        ['plugins', states(plugins)],
        ['requests', `${requests.waiting} under way`],
        ['memory', `${Math.round(memory.resident / 1024 / 1024)} MiB`],
      ]),
    )
  },
}

function addresses({ listeners, plugin_listeners }: Status): string[] {
  return [
    ...listeners.map(({ tls, name, faces }) => `${tls ? 'https' : 'http'}://${name}  ${faces.join(', ')}`),
    ...plugin_listeners.map(({ address, plugin }) => `${address}  ${plugin}`),
  ]
}

/** `running: auth, mqtt-admin`, those in trouble first. */
function states(plugins: Status['plugins']): string[] {
  const order = ['failed', 'starting', 'draining', 'running', 'stopped', 'loaded', 'available']
  const named = (state: string) => plugins.filter(plugin => plugin.state === state).map(plugin => plugin.name)
  return order.filter(state => named(state).length > 0).map(state => `${state}: ${named(state).join(', ')}`)
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`
}
