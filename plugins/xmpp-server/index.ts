import { plugin } from 'patchbay'
import { serverBackend } from './backend.js'
import { newEngine } from './engine.js'
import { newServer } from './new-server.js'
import { options } from './options.js'
import { keepRegistry } from './registry.js'
import { finishFarewells } from './roster/farewell.js'
import { keepLogins } from './sasl/logins.js'
import { STORE_NAMES } from './stores.js'
import { expire, LOOK_EVERY, PING_EVERY, pingSilent } from './stream/expire.js'
import { listen } from './stream/listen.js'
import { openSecurity } from './stream/secure.js'
import { webSockets } from './stream/web-socket.js'

export default plugin({
  name: 'xmpp-server',
  version: '0.1.0',
  description: 'The embedded XMPP server',
  storage: [...STORE_NAMES],
  config: options,
  async start(ctx) {
    const registry = await keepRegistry(ctx)
    const server = newServer(ctx, registry, await keepLogins(ctx, registry), await openSecurity(ctx))
    const engine = newEngine(server)
    const first = registry.engine === undefined
    // The first generation's is needed before it is live: a client may come at once.
    registry.engine ??= engine
    ctx.onLive(() => {
      registry.engine = engine
      if (first) void finishFarewells(server)
    })
    await listen(ctx, registry)
    ctx.upgrade('xmpp_websocket', webSockets(server))
    ctx.every(LOOK_EVERY, () => expire(server))
    ctx.every(PING_EVERY, () => pingSilent(server))
    ctx.provide('accounts', server.accounts)
    ctx.provide('xmpp-backend', serverBackend(server))
  },
})
