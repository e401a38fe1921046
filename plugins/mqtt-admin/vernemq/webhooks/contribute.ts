import { alert, type PluginContext, VernemqBadRequest, type VernemqCall, type VernemqOutput } from 'patchbay'
import type { MqttBackend } from '../../backend.js'
import type { Feed } from '../../native/events/feed.js'
import { sendWebhooks } from './courier.js'
import { TOLD, UNTOLD } from './hooks.js'
import { keepWebhooks } from './kept.js'
import { DEREGISTER_USAGE, REGISTER_USAGE } from './usage.js'

const MOST = 100
/** Milliseconds. */
const [USUAL_TIMEOUT, LONGEST_TIMEOUT] = [5000, 60_000]
const DONE: VernemqOutput = { text: 'Done' }
const WHICH = ['hook', 'endpoint']

/** `webhooks register`, `deregister`, `show` and `cache` (contracts/mqtt.md §2.4), for hooks whose answer decides nothing. */
export async function contributeWebhooks(
  ctx: PluginContext<unknown>,
  backend: () => MqttBackend,
  feed: Feed,
): Promise<void> {
  const kept = await keepWebhooks(ctx)
  const { known, lanes, namespace } = kept
  sendWebhooks(ctx, kept, backend, feed)
  const [access, write] = [{ permission: 'events.read' }, { permission: 'webhooks.write' }]

  ctx.command('vernemq', { access, path: 'webhooks show', reads: true }, () => ({
    table: [...known.values()].map(({ hook, endpoint, base64payload, response_timeout }) => {
      return { hook, endpoint, base64payload, response_timeout }
    }),
  }))

  ctx.command(
    'vernemq',
    {
      access: write,
      path: 'webhooks register',
      params: WHICH,
      flags: { base64payload: { value: true }, no_payload: { value: true }, response_timeout: { value: 'number' } },
    },
    async ({ params, flags }) => {
      const asked = whichOf(params)
      const [base64payload, timeout] = [booleanOf(flags.get('base64payload'), true), flags.get('response_timeout')]
      booleanOf(flags.get('no_payload'), false)
      if (!asked) return alert(REGISTER_USAGE)
      const { id, hook, endpoint } = asked
      const cannot = (why: string) => alert(`can't register endpoint due to '${why}'`)
      const untold = UNTOLD.get(hook)
      if (untold !== undefined) return cannot(untold)
      if (known.has(id)) return cannot('already_registered')
      if (known.size >= MOST) return cannot(`there are ${MOST} already`)
      const response_timeout = Math.min(Math.max(Number(timeout ?? USUAL_TIMEOUT), 1), LONGEST_TIMEOUT)
      const webhook = { hook, endpoint, base64payload, response_timeout }
      known.set(id, webhook)
      await stored(
        () => namespace.put(id, webhook),
        () => known.delete(id),
      )
      return DONE
    },
  )

  ctx.command('vernemq', { access: write, path: 'webhooks deregister', params: WHICH }, async ({ params }) => {
    const asked = whichOf(params)
    if (!asked) return alert(DEREGISTER_USAGE)
    const { id, endpoint } = asked
    const webhook = known.get(id)
    if (!webhook) return alert("can't deregister endpoint due to 'not_found'")
    known.delete(id)
    await stored(
      () => namespace.delete(id),
      () => known.set(id, webhook),
    )
    if (![...known.values()].some(each => each.endpoint === endpoint)) lanes.delete(endpoint)
    return DONE
  })

  // Only answers that decide are cached, and there are none: an empty table is the truth.
  const cache = { access, path: 'webhooks cache show', reads: true, flags: { reset: {} } } as const
  ctx.command('vernemq', cache, ({ flags }) => (flags.has('reset') ? DONE : { table: [] }))
  ctx.command('vernemq', { access, path: 'webhooks cache clear', reads: true }, () => DONE)
}

/** Undefined when one of the two is missing; throws a bad request for a hook or an endpoint that is none. */
function whichOf(params: VernemqCall['params']): { id: string; hook: string; endpoint: string } | undefined {
  const [hook, endpoint] = [params.get('hook'), params.get('endpoint')]
  if (hook !== undefined && !TOLD.has(hook) && !UNTOLD.has(hook)) throw new VernemqBadRequest()
  if (endpoint !== undefined && !/^https?:$/.test(protocolOf(endpoint))) throw new VernemqBadRequest()
  return hook === undefined || endpoint === undefined ? undefined : { id: `${hook} ${endpoint}`, hook, endpoint }
}

function protocolOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).protocol : ''
}

function booleanOf(text: string | true | undefined, otherwise: boolean): boolean {
  if (text === undefined) return otherwise
  if (text !== 'true' && text !== 'false') throw new VernemqBadRequest()
  return text === 'true'
}

/** What the disk refuses is not done. */
async function stored(write: () => Promise<unknown>, undo: () => unknown): Promise<void> {
  try {
    await write()
  } catch (thrown) {
    undo()
    throw thrown
  }
}
