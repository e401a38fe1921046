import { Configuration } from './config/configuration.js'
import { Overrides } from './config/overrides.js'
import { type Loaded, loadSettings } from './config/settings.js'
import { strangers } from './config/strangers.js'
import { KernelError, reason } from './errors.js'
import { readCertificates } from './http/certificate.js'
import { FACE_OPTION_NAMES, readFaceOptions } from './http/faces/options.js'
import { type Wanted, wantedListeners } from './http/wanted.js'
import { adviceOn } from './life/advice.js'
import { Catalogue } from './life/catalogue.js'
import type { Advice, PluginDefinition } from './life/definition.js'
import { link } from './life/linker.js'
import { type BoundPort, boundPorts, portsUsedTwice } from './ports-used-twice.js'

/** What a look at the configuration alone has found. */
export interface Findings {
  readonly file: string | undefined
  /** With any of these the server, or the plugin that is meant, would not start. */
  readonly errors: readonly { message: string; hint?: string | undefined }[]
  readonly advice: readonly Advice[]
  readonly listeners: number
  readonly plugins: readonly string[]
}

/**
 * Checks a configuration with the schemas of every plugin it would start, without starting any: no port is bound, no
 * store is opened, nothing is created. What was set over an API is in the store, so it is not looked at.
 */
export function checkConfiguration(pluginFolders: readonly string[], env: NodeJS.ProcessEnv = process.env): Findings {
  const errors: { message: string; hint?: string | undefined }[] = []
  const advice: Advice[] = []
  const trying = <T>(act: () => T): T | undefined => {
    try {
      return act()
    } catch (thrown) {
      errors.push({ message: reason(thrown), hint: thrown instanceof KernelError ? thrown.hint : undefined })
      return undefined
    }
  }
  const warn = (sentence: string) => advice.push(warning(sentence))

  const loaded = loadSettings(env)
  const { settings, file } = loaded
  const definitions = linked([...pluginFolders, ...settings.plugin_folders], warn)
  const configuration = configurationOf(loaded, definitions)
  const faces = trying(() =>
    readFaceOptions(settings, name => configuration.faceOption(name), file ?? 'the configuration'),
  )
  const listeners = trying(() => wantedListeners(settings, faces?.admin_rest_base ?? '/admin_rest', warn)) ?? []
  for (const each of listeners) trying(() => checkCertificates(each, settings.certfiles))
  const isKnown = (name: string) => definitions.some(each => each.name === name || each.aliases?.includes(name))
  const known = definitions.map(({ name, aliases = [] }) => ({ name, aliases }))
  for (const sentence of strangers(Object.keys(settings.plugins), () => known, isKnown)) warn(sentence)

  const ports: BoundPort[] = listeners.map(({ ip, port, setting }) => ({
    ip,
    port,
    setting: setting.replaceAll('"', ''),
  }))
  const checked: string[] = []
  for (const definition of definitions) {
    const block = configuration.blockOf(definition.name, definition)
    // One that nobody has asked for need not have the options that it could not do without.
    if (definition.autostart === false && Object.keys(block).length === 0) continue
    const config = trying(() => configuration.of(definition.name, definition))
    if (config === undefined) continue
    checked.push(definition.name)
    advice.push(...(trying(() => adviceOn(definition, config, settings.hosts)) ?? []))
    ports.push(...boundPorts(`plugins.${definition.name}`, config))
  }
  advice.push(...portsUsedTwice(ports).map(warning))
  return { file, errors, advice, listeners: listeners.length, plugins: checked }
}

function warning(sentence: string): Advice {
  const [, path = '', text = sentence] = /^([\w.[\]-]+): (.*)$/s.exec(sentence) ?? []
  return { level: 'warning', path, text }
}

/** As the server finds them; what cannot be linked it reports and leaves out. */
function linked(folders: readonly string[], warn: (sentence: string) => unknown): PluginDefinition[] {
  return new Catalogue(() => folders).list().flatMap(found => {
    try {
      return [link(found).definition]
    } catch (thrown) {
      warn(reason(thrown))
      return []
    }
  })
}

function configurationOf(loaded: Loaded, definitions: readonly PluginDefinition[]): Configuration {
  const nothingStored = new Overrides({ async *entries() {} } as never)
  const nameOf = (alias: string) => definitions.find(({ aliases }) => aliases?.includes(alias))?.name ?? alias
  return new Configuration(loaded, () => loaded, nothingStored, FACE_OPTION_NAMES, nameOf)
}

function checkCertificates({ tls, certfile }: Wanted, certfiles: readonly string[]): void {
  if (!tls) return
  if (certfile) readCertificates([certfile], 'certfile')
  else if (certfiles.length > 0) readCertificates(certfiles, 'certfiles')
}
