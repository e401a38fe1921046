import type { PluginContext } from 'patchbay'
import type { ListenerOptions } from '../../mqtt-admin/backend.js'
import type { Broker } from '../broker.js'
import type { Options } from '../options.js'
import { handlers } from './handlers.js'
import { closeListener, type Listener, nameOf, newListener, openListener } from './listener.js'
import { readSecurity } from './security.js'

/** How often is looked for connections that take too long, in milliseconds. */
const LOOK_EVERY = 250

/**
 * Opens the configured listeners, or takes over those that are open; those that are configured no more stop accepting
 * and keep their connections. Listeners that were started by a call stay as they are.
 */
export async function listen(ctx: PluginContext<Options>, broker: Broker): Promise<void> {
  const { wire } = broker
  const ours = handlers(ctx, broker)
  // The first generation's are needed before it is live: a client may come at once.
  if (!wire.handlers.arrived) wire.handlers = ours
  ctx.onLive(() => {
    wire.handlers = ours
  })
  ctx.every(LOOK_EVERY, () => wire.handlers.expire())
  for (const options of configured(ctx.config)) {
    const { listener, changed } = await keepListener(ctx, broker, options)
    ctx.onLive(() => Object.assign(listener, changed(listener)))
  }
}

/** What `patchbay.yml` says of listeners. */
export function configured(config: Options): Listener['options'][] {
  const { ip, port, ws_port, tls } = config
  const certificate = tls && {
    ...(tls.certfile && { certfile: tls.certfile }),
    ...(tls.keyfile && { keyfile: tls.keyfile }),
    ...(tls.cafile && { cafile: tls.cafile }),
  }
  const secure = tls && {
    ...(certificate && { certificate }),
    requireCertificate: tls.require_certificate,
    useIdentityAsUsername: tls.use_identity_as_username,
  }
  const wanted: [ListenerOptions['transport'], number | false | undefined][] = [
    ['tcp', port],
    ['ws', ws_port],
    ['tls', tls?.port],
    ['wss', tls?.ws_port],
  ]
  return wanted.flatMap(([transport, at]) =>
    at === false || at === undefined
      ? []
      : [
          {
            transport,
            address: ip,
            port: at,
            maxConnections: config.max_connections,
            ...(transport === 'tls' || transport === 'wss' ? secure : {}),
          },
        ],
  )
}

async function keepListener(ctx: PluginContext<Options>, broker: Broker, options: Listener['options']) {
  const { wire } = broker
  const security = await readSecurity(ctx, options)
  const listener = await ctx.keep<Listener>(`${options.transport} ${nameOf(options)}`, {
    async open() {
      const opened = newListener(options, security, true)
      await openListener(wire, opened)
      ctx.log.info(`MQTT is listening on ${nameOf(opened.options)} (${options.transport})`)
      return opened
    },
    close(closing) {
      closeListener(closing)
      const name = nameOf(closing.options)
      if (wire.listeners.get(name) === closing) wire.listeners.delete(name)
    },
  })
  return {
    listener,
    changed: ({ options: { port } }: Listener) => ({ options: { ...options, port }, security }),
  }
}
