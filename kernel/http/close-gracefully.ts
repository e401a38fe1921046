import type { Server } from 'node:http'

/**
 * Stops accepting in this very turn, lets requests finish, and cuts what is left after `graceMs` milliseconds.
 * Connections that have left HTTP, of which there are `upgraded()`, are not waited for: others close them.
 */
export function closeGracefully(server: Server, graceMs: number, upgraded: () => number = () => 0): Promise<void> {
  return new Promise(resolve => {
    const idle = setInterval(() => {
      server.closeIdleConnections()
      server.getConnections((_, left) => {
        if (left > 0 && left === upgraded()) done()
      })
    }, 20)
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    const done = () => {
      clearInterval(idle)
      clearTimeout(cut)
      resolve()
    }
    server.close(done)
    server.closeIdleConnections()
  })
}
