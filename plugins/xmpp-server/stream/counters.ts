/** What has happened since the server was started; whoever does what is counted counts it. */
export interface Counters {
  opened: number
  /** Connections that were not taken. */
  refused: number
  /** By condition of RFC 6120 §4.9.3; `closed` by a closing tag, `lost` without one. */
  readonly closed: Record<string, number>
  stanzasReceived: number
  stanzasSent: number
  bytesReceived: number
  bytesSent: number
}

export function newCounters(): Counters {
  return {
    opened: 0,
    refused: 0,
    closed: {},
    stanzasReceived: 0,
    stanzasSent: 0,
    bytesReceived: 0,
    bytesSent: 0,
  }
}
