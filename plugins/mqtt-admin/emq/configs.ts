import { type EmqCall, EmqError, KernelError, type PluginContext } from 'patchbay'
import type { MqttBackend, SettingValue } from '../backend.js'
import type { Options } from '../options.js'
import { CONFIG_KEYS, type ConfigKey } from './config-keys.js'

const APP = 'emqttd'
const KEYS: ReadonlyMap<string, ConfigKey> = new Map(CONFIG_KEYS.map(each => [each.key, each]))

type Settings = Readonly<Record<string, SettingValue>>

/** `configs`: the broker's settings under EMQ's names, and the options of loaded plugins (contracts/mqtt.md §1.3). */
export function contributeConfigs(ctx: PluginContext<Options>, backend: () => MqttBackend): void {
  // As for `plugin_configs`, since the options of every plugin are told.
  const read = { permission: 'kernel:plugins.read' }
  const list = async () => {
    const settings = await backend().settings.all()
    const own = CONFIG_KEYS.map(each => row(each.key, shown(each, settings), each.datatype, APP))
    const others = ctx
      .plugins()
      .flatMap(({ name, options }) => options().map(({ key, value, datatype }) => row(key, value, datatype, name)))
    return [...own, ...others].sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
  }
  ctx.command('emq', { access: read, method: 'GET', path: 'configs' }, async ({ node }) => ({ [node]: await list() }))
  ctx.command('emq', { access: read, method: 'GET', path: 'nodes/{node}/configs' }, list)

  const change = {
    access: { permission: 'settings.write' },
    method: 'PUT',
    params: { key: 'string', value: 'string' },
    unknownNode: { code: 102 },
  } as const
  const put = async ({ body }: EmqCall) => {
    const { key, value } = body as Record<'key' | 'value', string>
    await apply(backend(), key, value)
    return []
  }
  ctx.command('emq', { ...change, path: `configs/${APP}` }, put)
  ctx.command('emq', { ...change, path: `nodes/{node}/configs/${APP}` }, put)
}

/** The misspelling is EMQ's. */
function row(key: string, value: string, datatpye: string, app: string) {
  return { key, value, datatpye, app }
}

/** `undefined`, as EMQ says it, where the broker behind has no such setting. */
function shown(key: ConfigKey, settings: Settings): string {
  if ('value' in key) return key.value
  const value = settings[key.setting]
  return value === undefined ? 'undefined' : key.form.show(value)
}

/** Applied, or refused with 102: the original says 0 to nonsense and goes on as before. */
async function apply({ settings }: MqttBackend, name: string, text: string): Promise<void> {
  const key = KEYS.get(name)
  if (!key) throw new EmqError(102)
  const now = await settings.all()
  if ('value' in key || now[key.setting] === undefined) {
    // What cannot be changed may be told what it is.
    if (text === shown(key, now)) return
    throw new EmqError(102)
  }
  const value = key.form.read(text)
  if (value === undefined) throw new EmqError(102)
  if (value === now[key.setting]) return
  try {
    await settings.change({ [key.setting]: value })
  } catch (thrown) {
    if (thrown instanceof KernelError && thrown.status !== 503) throw new EmqError(102)
    throw thrown
  }
}
