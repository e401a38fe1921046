import { alert, type PluginContext } from 'patchbay'
import { TRACE_USAGE } from './usage.js'

const FLAGS = Object.fromEntries(
  ['mountpoint', 'rate-max', 'rate-interval', 'trunc-payload'].map(name => [name, { value: true }]),
)

/** A trace has no end, so it cannot be the answer of this API: the event stream is (contracts/mqtt.md §2.4). */
export function contributeTrace(ctx: PluginContext): void {
  const access = { permission: 'events.read' }
  ctx.command(
    'vernemq',
    { access, path: 'trace client', reads: true, params: ['client-id'], flags: FLAGS },
    ({ params }) => {
      const clientId = params.get('client-id')
      if (clientId === undefined) return alert(TRACE_USAGE)
      const stream = `/mqtt/v1/events?client_id=${encodeURIComponent(clientId)}`
      return alert(`A trace has no end, so it is not the answer of this call: follow it at ${stream}`)
    },
  )
  ctx.command('vernemq', { access, path: 'trace stop_all', reads: true }, () => ({ text: 'Done' }))
}
