import type { XmppHouse } from '../house.js'

/** Of the listener for direct TLS, or for TCP. */
export function portOf({ kernel }: XmppHouse, transport: 'tcp' | 'tls'): number {
  const line = kernel.log.map(({ message }) => message).find(message => message.endsWith(`(${transport})`))
  return Number(/:(\d+) /.exec(line ?? '')?.[1])
}
