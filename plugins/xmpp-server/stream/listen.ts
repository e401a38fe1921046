import { type AddressInfo, createServer, type Server as NetServer } from 'node:net'
import { KernelError, type PluginContext } from 'patchbay'
import type { Options } from '../options.js'
import type { Registry } from '../registry.js'

/** Seconds of silence after which the system asks whether the other machine is there. */
const KEEP_ALIVE = 60

/** Opens the configured ports, or takes over those that are open. Ports that are left keep their connections. */
export async function listen(ctx: PluginContext<Options>, registry: Registry): Promise<void> {
  const { port, tls_port } = ctx.config
  await listenOn(ctx, registry, 'tcp', port)
  await listenOn(ctx, registry, 'tls', tls_port)
}

async function listenOn(
  ctx: PluginContext<Options>,
  { wire }: Registry,
  transport: 'tcp' | 'tls',
  port: number | false,
): Promise<void> {
  const { ip } = ctx.config
  if (port === false) return
  await ctx.keep<NetServer>(`${transport} ${ip}:${port}`, {
    async open() {
      const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE * 1000 }
      const server = createServer(options, socket => wire.accept(socket, transport))
      await new Promise<void>((resolve, reject) => {
        server.once('error', thrown => reject(notOpened(thrown, ip, port, transport)))
        server.listen(port, ip, resolve)
      })
      server.removeAllListeners('error')
      // Running out of descriptors is told of here, and passes.
      server.on('error', () => undefined)
      const bound = (server.address() as { port: number }).port
      ctx.log.info(`XMPP is listening on ${ip}:${bound} (${transport})`)
      return server
    },
    close: server => void server.close(),
    listening(server) {
      const bound = server.address() as AddressInfo | null
      if (!bound) return []
      const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address
      return [`${transport === 'tls' ? 'xmpps' : 'xmpp'}://${host}:${bound.port}`]
    },
  })
}

function notOpened(thrown: NodeJS.ErrnoException, ip: string, port: number, transport: 'tcp' | 'tls'): KernelError {
  const option = transport === 'tcp' ? 'port' : 'tls_port'
  if (thrown.code === 'EADDRINUSE') {
    return new KernelError('port_taken', `port ${port} on ${ip} is taken by another program`, {
      hint: `set another one as plugins.xmpp-server.${option} in patchbay.yml, or stop the other program`,
      cause: thrown,
    })
  }
  return new KernelError('listen_failed', `xmpp-server cannot listen on ${ip}:${port}: ${thrown.message}`, {
    hint: 'the address must be one of this machine, and ports below 1024 need the right to bind them',
    cause: thrown,
  })
}
