import { z } from 'zod'
import type { Configuration } from '../../config/configuration.js'
import { addresses } from '../../config/listen.js'
import { listOptions, type PluginOption } from '../../config/plugin-options.js'
import { check, type Settings } from '../../config/schema.js'
import { ADMIN_REST_PROFILES } from './admin-rest-command.js'
import { versionNamed } from './ejabberd-releases.js'
import type { FaceOptions } from './face.js'

/** The documented options of the faces; they may stand in any block below `plugins:`. */
const schema = z.object({
  admin_rest_base: z.string().default('/admin_rest'),
  admin_rest_profile: z.enum(ADMIN_REST_PROFILES).default('fork'),
  admin_rest_secure: z.boolean().default(false),
  admin_rest_whitelist: z.array(z.string()).default([]).transform(addresses),
  default_version: z.union([z.number(), z.string()]).default(0).transform(asVersion),
})

function asVersion(given: number | string, { addIssue }: { addIssue(issue: string): void }): number {
  const version = versionNamed(given)
  if (version === undefined)
    addIssue('expected a version of the API (0 to 3), a release of ejabberd ("23.10"), or "latest"')
  return version ?? 0
}

export const FACE_OPTION_NAMES: ReadonlySet<string> = new Set(Object.keys(schema.shape))

/** Every option of the faces with its source, as `plugins.*.NAME`: they may stand in any block. */
export function listFaceOptions({ file, faceOptions: { inFile, override } }: Configuration): PluginOption[] {
  const values = check(schema, { ...inFile, ...override }, file ?? 'the configuration', 'plugins.*')
  // An address set is a list of texts to people.
  const options = listOptions(schema, JSON.parse(JSON.stringify(values)), inFile, override)
  return options.map(option => ({ ...option, key: `plugins.*.${option.key}` }))
}

export function readFaceOptions(settings: Settings, option: (name: string) => unknown, where: string): FaceOptions {
  const written = Object.fromEntries([...FACE_OPTION_NAMES].map(name => [name, option(name)]))
  const options = check(schema, written, where, 'plugins.*')
  return {
    admin_rest_base: `/${options.admin_rest_base.replace(/^\/+|\/+$/g, '')}`,
    admin_rest_profile: options.admin_rest_profile,
    admin_rest_secure: options.admin_rest_secure,
    admin_rest_whitelist: options.admin_rest_whitelist,
    ejabberdVersion: options.default_version,
    hosts: settings.hosts,
    nodeNames: settings.node_names,
    bodyBytes: settings.limits.body_bytes,
  }
}
