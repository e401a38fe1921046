import { METRICS, type Metric } from './metrics-table.js'
import type { Snapshot } from './snapshot.js'

/** One figure with its labels. */
export interface Series {
  readonly metric: Metric
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Every figure: where versions of MQTT are told apart, one of each. Nothing of version 5 is ever counted. */
export function allSeries(now: Snapshot): Series[] {
  return METRICS.flatMap(metric => {
    const value = figureOf(metric, now)
    if (metric.versions.length === 0) return [{ metric, labels: {}, value }]
    return metric.versions.map(version => ({
      metric,
      labels: {
        mqtt_version: String(version),
        ...(version === 5 && metric.reason !== undefined && { reason_code: metric.reason }),
      },
      value: version === 4 ? value : 0,
    }))
  })
}

/** Those with the label value that is asked for. */
export function having(series: readonly Series[], label: string, value: string | undefined): readonly Series[] {
  return value === undefined ? series : series.filter(({ labels }) => labels[label] === value)
}

/** One of each name, its series added up. */
export function added(series: readonly Series[]): Series[] {
  const byName = new Map<string, Series>()
  for (const each of series) {
    const before = byName.get(each.metric.name)?.value ?? 0
    byName.set(each.metric.name, { metric: each.metric, labels: {}, value: before + each.value })
  }
  return [...byName.values()]
}

function figureOf({ source }: Metric, now: Snapshot): number {
  if (source === undefined) return 0
  return typeof source === 'string' ? now.counters[source] : source(now)
}
