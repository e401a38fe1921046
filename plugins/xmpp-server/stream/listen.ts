import { createServer, type Server as NetServer } from 'node:net'
import { KernelError, type PluginContext } from 'patchbay'
import type { Options } from '../options.js'
import type { Registry } from '../registry.js'

/** Opens the configured ports, or takes over those that are open. */
export async function listen(ctx: PluginContext<Options>, registry: Registry): Promise<void> {
  const { ip, port } = ctx.config
  if (port === false) return
  await ctx.keep<NetServer>(`tcp ${ip}:${port}`, {
    async open() {
      const server = createServer({ noDelay: true }, socket => registry.engine.arrived(socket, 'tcp'))
      await new Promise<void>((resolve, reject) => {
        server.once('error', thrown => reject(notOpened(thrown, ip, port)))
        server.listen(port, ip, resolve)
      })
      ctx.log.info(`XMPP is listening on ${ip}:${(server.address() as { port: number }).port} (tcp)`)
      return server
    },
    close: server => void server.close(),
  })
}

function notOpened(thrown: NodeJS.ErrnoException, ip: string, port: number): KernelError {
  if (thrown.code === 'EADDRINUSE') {
    return new KernelError('port_taken', `port ${port} on ${ip} is taken by another program`, {
      hint: 'set another one as plugins.xmpp-server.port in patchbay.yml, or stop the other program',
      cause: thrown,
    })
  }
  return new KernelError('listen_failed', `xmpp-server cannot listen on ${ip}:${port}: ${thrown.message}`, {
    hint: 'the address must be one of this machine, and ports below 1024 need the right to bind them',
    cause: thrown,
  })
}
