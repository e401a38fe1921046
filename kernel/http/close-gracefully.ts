import type { Server } from 'node:http'

/**
 * Stops accepting in this very turn, lets requests finish, and cuts what is left after `graceMs` milliseconds. The
 * `others` among its connections, which were taken over, are not waited for.
 */
export function closeGracefully(server: Server, graceMs: number, others: () => number = () => 0): Promise<void> {
  return new Promise(resolve => {
    const look = () => {
      server.closeIdleConnections()
      server.getConnections((_error, left) => {
        if (left <= others()) done()
      })
    }
    const done = () => {
      clearInterval(idle)
      clearTimeout(cut)
      resolve()
    }
    const idle = setInterval(look, 20)
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(done)
    server.closeIdleConnections()
  })
}
