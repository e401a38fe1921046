import { z } from 'zod'
import { addresses } from '../../config/listen.js'
import { check, type Settings } from '../../config/schema.js'
import { versionNamed } from './ejabberd-releases.js'
import type { FaceOptions } from './face.js'

/** The documented options of the faces; they may stand in any block below `plugins:`. */
const schema = z.object({
  admin_rest_base: z.string().default('/admin_rest'),
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

export function readFaceOptions(settings: Settings, option: (name: string) => unknown, where: string): FaceOptions {
  const written = Object.fromEntries([...FACE_OPTION_NAMES].map(name => [name, option(name)]))
  const options = check(schema, written, where, 'plugins.*')
  return {
    admin_rest_base: `/${options.admin_rest_base.replace(/^\/+|\/+$/g, '')}`,
    admin_rest_secure: options.admin_rest_secure,
    admin_rest_whitelist: options.admin_rest_whitelist,
    ejabberdVersion: options.default_version,
    hosts: settings.hosts,
    nodeNames: settings.node_names,
    bodyBytes: settings.limits.body_bytes,
  }
}
