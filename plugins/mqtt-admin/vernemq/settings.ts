import { alert, type Cell, KernelError, type PluginContext, VernemqBadRequest } from 'patchbay'
import type { MqttBackend, SettingValue } from '../backend.js'
import { assertThisNode } from './query.js'
import type { BrokerSettings, Setting } from './setting.js'
import { SETTINGS } from './settings-table.js'

const APP = 'vmq_server'
const WHERE = { all: {}, node: { value: true } }

/** `set`, `show`, `describe` and `config show` (contracts/mqtt.md §2.6): a bad key or value is an empty 400. */
export function contributeSettings(ctx: PluginContext, backend: () => MqttBackend): void {
  const [access, write] = [{ permission: 'settings.read' }, { permission: 'settings.write' }]
  ctx.command('vernemq', { access: write, path: 'set', params: 'any', flags: WHERE }, async call => {
    assertThisNode(call.node, call.flags.get('node'))
    const { settings } = backend()
    await change(settings, changesOf(call.params, await settings.all()))
    return []
  })

  ctx.command('vernemq', { access, path: 'show', reads: true, positional: true, flags: WHERE }, async call => {
    assertThisNode(call.node, call.flags.get('node'))
    if (call.words.length === 0) throw new VernemqBadRequest()
    const asked = call.words.map(key => [key, known(key)] as const)
    const broker = await backend().settings.all()
    return { table: [{ node: call.node, ...Object.fromEntries(asked.map(([key, { read }]) => [key, read(broker)])) }] }
  })

  ctx.command('vernemq', { access, path: 'describe', reads: true, positional: true }, ({ words }) => {
    if (words.length === 0) throw new VernemqBadRequest()
    return { text: words.map(key => `${key}:\n${wrapped(known(key).description)}`).join('') }
  })

  ctx.command(
    'vernemq',
    { access, path: 'config show', reads: true, params: ['app'], flags: { key: { value: true } } },
    async ({ params, flags }) => {
      const [app, key] = [params.get('app'), flags.get('key')]
      if (app === undefined) return alert('Please provide an app=<App>')
      if (app !== APP) return alert('App not configured via vmq_config')
      const broker = await backend().settings.all()
      if (typeof key === 'string') {
        const setting = SETTINGS.get(key)
        if (!setting) return alert('not found')
        return { text: `Scope: env\nValue: ${plain(setting.read(broker))}` }
      }
      const row = ([Config, { read }]: readonly [string, Setting]) => {
        return { Config, Env: plain(read(broker)), Node: '', Global: '' }
      }
      return { table: [...SETTINGS].map(row) }
    },
  )
}

/** All or none of them. */
function changesOf(params: ReadonlyMap<string, string>, broker: BrokerSettings): Record<string, SettingValue> {
  if (params.size === 0) throw new VernemqBadRequest()
  const changes: Record<string, SettingValue> = {}
  for (const [key, text] of params) {
    const change = known(key).write(text, { ...broker, ...changes })
    if (!change) throw new VernemqBadRequest()
    Object.assign(changes, change)
  }
  return changes
}

async function change(settings: MqttBackend['settings'], changes: Record<string, SettingValue>): Promise<void> {
  if (Object.keys(changes).length === 0) return
  try {
    await settings.change(changes)
  } catch (thrown) {
    const refused = thrown instanceof KernelError && (thrown.code === 'config_invalid' || thrown.code === 'unsupported')
    throw refused ? new VernemqBadRequest() : thrown
  }
}

function known(key: string): Setting {
  const setting = SETTINGS.get(key)
  if (!setting) throw new VernemqBadRequest()
  return setting
}

/** As Erlang has it: `true`, not `on`. */
function plain(cell: Cell): Cell {
  return cell === 'on' ? true : cell === 'off' ? false : cell
}

const WIDTH = 70

/** In lines of at most 70 characters, each set in by two. */
function wrapped(text: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line.length + word.length >= WIDTH) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines.map(line => `  ${line}\n`).join('')
}
