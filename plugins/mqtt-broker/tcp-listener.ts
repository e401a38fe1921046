import { createServer, type Server, type Socket } from 'node:net'
import { KernelError, type PluginContext } from 'patchbay'
import type { Broker } from './broker.js'
import { attachConnection } from './connection.js'

/** A listening socket with the connections that came in on it. */
export interface TcpListener {
  server: Server
  sockets: Set<Socket>
}

/** MQTT over TCP. The socket and its connections stay when the plugin is reloaded; another address opens another one. */
export function keepTcpListener(ctx: PluginContext, broker: Broker, ip: string, port: number): Promise<TcpListener> {
  return ctx.keep<TcpListener, { connected: (socket: Socket) => void }>(`tcp ${ip}:${port}`, {
    open: call =>
      new Promise((resolve, reject) => {
        const sockets = new Set<Socket>()
        const server = createServer({ noDelay: true }, socket => {
          sockets.add(socket)
          socket.once('close', () => sockets.delete(socket))
          call.connected(socket)
        })
        server.once('error', (thrown: NodeJS.ErrnoException) => reject(portTaken(thrown, ip, port)))
        server.listen(port, ip, () => resolve({ server, sockets }))
      }),
    close: ({ server, sockets }) =>
      new Promise(resolve => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
    behaviour: {
      connected: socket => {
        attachConnection(socket, {
          transport: 'tcp',
          address: socket.remoteAddress?.replace(/^::ffff:/, '') ?? '',
          port: socket.remotePort ?? 0,
          listener: `${ip}:${port}`,
          anonymous: ip === 'localhost' || ip === '::1' || ip.startsWith('127.'),
          protocolVersions: [3, 4],
          identity: undefined,
          openedAt: Date.now(),
          bytesReceived: 0,
          bytesSent: 0,
          messagesReceived: 0,
          messagesSent: 0,
          inflight: 0,
          awaitingRelease: 0,
          closedBecause: undefined,
        })
        broker.aedes.handle(socket)
      },
    },
  })
}

function portTaken(thrown: NodeJS.ErrnoException, ip: string, port: number): Error {
  if (thrown.code !== 'EADDRINUSE') return thrown
  return new KernelError('port_taken', `port ${port} on ${ip} is taken by another program`, {
    hint: 'set another one as plugins.mqtt-broker.port in patchbay.yml, or stop the other program',
    cause: thrown,
  })
}
