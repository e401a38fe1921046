import { alert, KernelError, type PluginContext, type VernemqCall, type VernemqOutput } from 'patchbay'
import type { MqttBackend } from '../backend.js'
import type { HttpListeners } from './http-listeners.js'
import { listenerOptions, START_FLAGS } from './listener-flags.js'
import { httpRow, mqttRow } from './listener-rows.js'
import { LISTENER_START_USAGE, LISTENER_USAGE } from './usage.js'

const WHERE = { params: ['address', 'port'], types: { address: 'address', port: 'port' } } as const
const CONFIGURED =
  'it belongs to the configuration: take it out of "listen" in patchbay.yml, then "patchbay config reload"'
/** The original's words for what can be wrong. */
const CAUSES: Readonly<Record<string, (port: number) => string>> = {
  port_taken: () => 'eaddrinuse',
  // The original names the listener's process; the port stands in for it.
  conflict: port => `{already_started,<0.${port}.0>}`,
}

/** `listener show`, `start`, `stop`, `restart`, `delete`, for MQTT and for HTTP (contracts/mqtt.md §2.4). */
export function contributeListeners(ctx: PluginContext, backend: () => MqttBackend, http: HttpListeners): void {
  const [access, write] = [{ permission: 'listeners.read' }, { permission: 'listeners.write' }]
  ctx.command(
    'vernemq',
    { access, path: 'listener show', reads: true, flags: { tls: { short: 't' }, mqtt: { short: 'm' } } },
    async ({ flags }) => {
      const wanted = { tls: flags.has('tls'), mqtt: flags.has('mqtt') }
      const mqtt = await backend().listeners.list()
      return {
        table: [...http.list().map(each => httpRow(each, wanted)), ...mqtt.map(each => mqttRow(each, wanted))],
      }
    },
  )

  ctx.command('vernemq', { access: write, path: 'listener start', ...WHERE, flags: START_FLAGS }, async call => {
    if (!whereOf(call)) return alert(LISTENER_START_USAGE)
    return refusable('start', call, async () => {
      // A port that the system picks could not be named when it is to be stopped.
      if (Number(call.params.get('port')) === 0) throw new KernelError('bad_request', 'port 0 is none')
      const options = await listenerOptions(call)
      if (call.flags.has('http') && !call.flags.has('websocket')) await http.start(options)
      else await backend().listeners.start(options)
    })
  })

  const verb = (
    name: 'stop' | 'restart' | 'delete',
    flags: { kill_sessions?: { short: string } },
    act: (address: string, port: number, kill: boolean) => Promise<boolean>,
  ) =>
    ctx.command('vernemq', { access: write, path: `listener ${name}`, ...WHERE, flags }, async call => {
      const where = whereOf(call)
      if (!where) return alert(LISTENER_USAGE(name))
      const { address, port } = where
      return refusable(name, call, async () => {
        if (await act(address, port, call.flags.has('kill_sessions'))) return
        if (http.isConfigured(address, port)) throw new KernelError('unsupported', CONFIGURED)
        // What is not there need not be deleted, as in the original.
        if (name !== 'delete') throw new KernelError('not_found', 'not_found')
      })
    })

  verb(
    'stop',
    { kill_sessions: { short: 'k' } },
    async (address, port, kill) => http.stop(address, port) || backend().listeners.stop(address, port, kill),
  )
  verb(
    'restart',
    {},
    async (address, port) => (await http.restart(address, port)) || backend().listeners.restart(address, port),
  )
  verb('delete', {}, async (address, port) => http.delete(address, port) || backend().listeners.delete(address, port))
}

function whereOf({ params }: VernemqCall): { address: string; port: number } | undefined {
  const [address, port] = [params.get('address'), params.get('port')]
  return address === undefined || port === undefined ? undefined : { address, port: Number(port) }
}

async function refusable(verb: string, { params }: VernemqCall, act: () => Promise<void>): Promise<VernemqOutput> {
  try {
    await act()
    return { text: 'Done' }
  } catch (thrown) {
    if (!(thrown instanceof KernelError) || thrown.status === 503) throw thrown
    const cause = CAUSES[thrown.code]?.(Number(params.get('port'))) ?? thrown.message
    return alert(`can't ${verb} listener due to '${cause}'`)
  }
}
