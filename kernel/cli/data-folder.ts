import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Where the Patchbay that is meant keeps its data: `--data`, else PATCHBAY_DATA, else `data` of the configuration.
 * The rest of the configuration is the server's business, so that a mistake there does not lock its owner out.
 */
export async function dataFolder(given: string | undefined, env = process.env): Promise<string> {
  const named = given ?? env['PATCHBAY_DATA']
  if (named) return resolve(named)
  const configured = env['PATCHBAY_CONFIG']
  const file = resolve(configured || 'patchbay.yml')
  if (!configured && !existsSync(file)) return resolve('data')
  // Reading YAML takes longer than everything else that a command does.
  const { readYaml } = await import('../config/yaml.js')
  const written = readYaml(file) as { data?: unknown } | null
  return resolve(dirname(file), typeof written?.data === 'string' ? written.data : 'data')
}
