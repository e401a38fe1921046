import type { Server } from 'node:http'

/** Stops accepting in this very turn, lets requests finish, and cuts what is left after `graceMs` milliseconds. */
export function closeGracefully(server: Server, graceMs: number): Promise<void> {
  return new Promise(resolve => {
    const idle = setInterval(() => server.closeIdleConnections(), 20)
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearInterval(idle)
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}
