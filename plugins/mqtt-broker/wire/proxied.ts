import { plain } from './arrivals.js'
import type { Layer } from './front.js'
import { LONGEST_HEADER, readProxyHeader } from './proxy-header.js'
import type { Arrival } from './wire.js'

/** Takes the PROXY header off the socket, then hands it on with the client's own address. */
export function proxied(arrival: Arrival, next: Layer): void {
  const { socket } = arrival
  arrival.failure = 'no PROXY header'
  let bytes = Buffer.alloc(0)
  const more = () => {
    for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read()) {
      bytes = Buffer.concat([bytes, chunk])
      const header = readProxyHeader(bytes)
      if (header === 'more' && bytes.length < LONGEST_HEADER) continue
      socket.off('readable', more)
      if (header === 'more' || header === 'malformed') {
        socket.destroy()
        return
      }
      arrival.failure = undefined
      if (header.source) {
        arrival.address = plain(header.source.address)
        arrival.port = header.source.port
      }
      if (bytes.length > header.length) socket.unshift(bytes.subarray(header.length))
      next(arrival, socket)
      return
    }
  }
  socket.on('readable', more)
}
