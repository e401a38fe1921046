import { KernelError, reason } from '../errors.js'
import type { Advice, PluginDefinition } from './definition.js'

/**
 * What a plugin remarks about its checked options; one that fails over it only says so. Throws `config_invalid` where the
 * plugin found what no schema can see.
 */
export function adviceOn(
  definition: Pick<PluginDefinition, 'name' | 'advise'>,
  config: unknown,
  hosts: readonly string[],
): Advice[] {
  try {
    return definition.advise?.(config, { hosts }) ?? []
  } catch (thrown) {
    if (thrown instanceof KernelError && thrown.code === 'config_invalid') throw thrown
    return [
      {
        level: 'warning',
        path: `plugins.${definition.name}`,
        text: `its options were not looked at: ${reason(thrown)}`,
      },
    ]
  }
}
