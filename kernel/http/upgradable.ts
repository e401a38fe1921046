import { IncomingMessage } from 'node:http'

/**
 * Requests of which only those become connections of their own that `wanted` says so of. Node would take every request
 * with an `Upgrade` away from whoever answers requests, `Upgrade: h2c` of curl too.
 */
export function upgradable(wanted: (request: IncomingMessage) => boolean): typeof IncomingMessage {
  class UpgradableMessage extends IncomingMessage {
    declare asks: boolean | null | undefined

    /** Set by Node's parser, and read before the request is given to anybody. */
    get upgrade(): boolean | null | undefined {
      if (this.asks === true) this.asks = isWebSocket(this) && wanted(this)
      return this.asks
    }

    set upgrade(asks: boolean | null | undefined) {
      // Node asks before it says whether there are listeners; what was refused once stays so.
      this.asks = asks
    }
  }
  return UpgradableMessage
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket'
}
