import { type PluginContext, VernemqBadRequest } from 'patchbay'
import type { MqttBackend } from '../backend.js'
import type { AccessOf } from './access.js'
import { added, allSeries, having, type Series } from './metric-series.js'
import type { ProcessFigures } from './process-figures.js'
import { takeSnapshot } from './snapshot.js'

const FLAGS = {
  'with-descriptions': { short: 'd' },
  aggregate: { value: true },
  mqtt_version: { value: true },
  reason_code: { value: true },
}

/** `metrics show`, `metrics reset`, and `/metrics` for Prometheus (contracts/mqtt.md §2.4, §2.5). */
export function contributeMetrics(
  ctx: PluginContext,
  backend: () => MqttBackend,
  accessTo: AccessOf,
  processNow: () => ProcessFigures,
): void {
  const access = { permission: 'metrics.read' }
  ctx.command('vernemq', { access, path: 'metrics show', reads: true, flags: FLAGS }, async ({ flags }) => {
    const [version, code, aggregate] = ['mqtt_version', 'reason_code', 'aggregate'].map(name => flags.get(name))
    if (version !== undefined && version !== '4' && version !== '5') throw new VernemqBadRequest()
    if (aggregate !== undefined && aggregate !== 'true' && aggregate !== 'false') throw new VernemqBadRequest()
    const all = allSeries(await takeSnapshot(backend(), processNow))
    const asked = having(having(all, 'mqtt_version', version), 'reason_code', code as string | undefined)
    const shown = aggregate === 'false' ? asked : added(asked)
    return { text: shown.map(each => line(each, flags.has('with-descriptions'))).join('') }
  })

  ctx.command('vernemq', { access: { permission: 'settings.write' }, path: 'metrics reset' }, async () => {
    await backend().metrics.reset()
    return { text: 'Done' }
  })

  ctx.command(
    'vernemq',
    { access: accessTo('metrics'), path: '/metrics', reads: true, scope: 'metrics' },
    async ({ node }) => {
      const body = exposition(allSeries(await takeSnapshot(backend(), processNow)), node)
      return { status: 200, type: 'text/plain', body }
    },
  )
}

/** `counter.NAME = N`, with the labels in brackets where there are any. */
function line({ metric: { name, type, description }, labels, value }: Series, described: boolean): string {
  const shown = Object.entries(labels).map(([label, text]) => `${label}=${text}`)
  const figure = `${type}.${name}${shown.length > 0 ? `[${shown}]` : ''} = ${value}\n`
  return described ? `# ${description}\n${figure}\n` : figure
}

/** The text format of Prometheus: what a name means stands once, before its first series. */
function exposition(series: readonly Series[], node: string): string {
  const named = new Set<string>()
  const lines = series.map(({ metric: { name, type, description }, labels, value }) => {
    const head = named.has(name) ? '' : `# HELP ${name} ${description}\n# TYPE ${name} ${type}\n`
    named.add(name)
    const all = Object.entries({ node, ...labels }).map(([label, text]) => `${label}=${JSON.stringify(text)}`)
    return `${head}${name}{${all}} ${value}\n`
  })
  return lines.join('')
}
