import { reason } from '../errors.js'
import type { Advice, PluginDefinition } from './definition.js'

/** What a plugin remarks about its checked options; one that fails over it only says so. */
export function adviceOn(
  definition: Pick<PluginDefinition, 'name' | 'advise'>,
  config: unknown,
  hosts: readonly string[],
): Advice[] {
  try {
    return definition.advise?.(config, { hosts }) ?? []
  } catch (thrown) {
    return [
      {
        level: 'warning',
        path: `plugins.${definition.name}`,
        text: `its options were not looked at: ${reason(thrown)}`,
      },
    ]
  }
}
