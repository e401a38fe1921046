import { type PluginDefinition, plugin } from '../../kernel/index.js'
import { testKernel } from '../../kernel/testing.js'
import mqttAdmin from '../../plugins/mqtt-admin/index.js'
import { standIn } from '../plugins/mqtt-admin/stand-in.js'
import { type Asked, ask } from './exchange.js'
import type { TestHouse } from './house.js'

/** The face beside a plugin that does not start until it is mended. */
export async function openBesideFlaky(): Promise<{ house: TestHouse; mend(): void }> {
  let broken = true
  const flaky = plugin({
    name: 'flaky',
    version: '1.0.0',
    autostart: false,
    start() {
      if (broken) throw new Error('no luck today')
    },
  }) as PluginDefinition
  const kernel = await testKernel(mqttAdmin, { with: [standIn().plugin, flaky] })
  const house = Object.assign(kernel, { ask: (asked: Asked) => ask(kernel.url, asked) })
  const mend = () => {
    broken = false
  }
  return { house, mend }
}
