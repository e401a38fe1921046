/**
 * Where one direction of a connection stands between two chunks: plain data, so that the next generation's code can
 * go on with it. A packet may be cut anywhere.
 */
export interface Scan {
  /** First byte of the fixed header (MQTT 3.1.1 §2.2); -1 between packets. */
  first: number
  /** What the next byte of the remaining length counts for; 0 when the length is complete. */
  factor: number
  /** Remaining length of the packet, in bytes. */
  length: number
  /** Bytes of it that have gone by. */
  position: number
  /** Length of the string it begins with: the topic of PUBLISH, the protocol name of CONNECT. */
  lead: number
  /**
   * Two bytes of it: the packet identifier; of CONNACK the flags and the return code; of CONNECT the protocol level
   * and the flags.
   */
  value: number
}

/** Told of each packet; false ends the scan, for good. */
export interface Packets<Context> {
  /** Its type and length are known, and nothing more of it needs to have come. */
  begun(context: Context, scan: Scan): boolean
  /** Its last byte has gone by. */
  complete(context: Context, scan: Scan): boolean
  /** The remaining length has a fifth byte. */
  malformed(context: Context): void
}

export const CONNECT = 1
export const CONNACK = 2
export const PUBLISH = 3
export const PUBACK = 4
export const PUBREC = 5
export const PUBREL = 6
export const PUBCOMP = 7
export const SUBSCRIBE = 8
export const SUBACK = 9
export const UNSUBSCRIBE = 10
export const UNSUBACK = 11
export const PINGREQ = 12
export const PINGRESP = 13
export const DISCONNECT = 14

const LAST_FACTOR = 128 ** 3

export function newScan(): Scan {
  return { first: -1, factor: 0, length: 0, position: 0, lead: 0, value: 0 }
}

/** Finds the packets in the next chunk of a stream; false when `packets` ended it or its framing is broken. */
export function scan<Context>(state: Scan, chunk: Uint8Array, packets: Packets<Context>, context: Context): boolean {
  const end = chunk.length
  let at = 0
  while (at < end) {
    if (state.first < 0) {
      state.first = chunk[at++]!
      state.factor = 1
      state.length = 0
      continue
    }
    if (state.factor > 0) {
      const byte = chunk[at++]!
      state.length += (byte & 0x7f) * state.factor
      if (byte > 0x7f) {
        if (state.factor === LAST_FACTOR) {
          packets.malformed(context)
          return false
        }
        state.factor *= 128
        continue
      }
      state.factor = 0
      state.position = 0
      state.lead = -1
      state.value = 0
      if (!packets.begun(context, state)) return false
    }
    const taken = Math.min(state.length - state.position, end - at)
    const wanted = wants(state.first)
    if (wanted === IN_FRONT) pick(state, chunk, at, taken, 0)
    else if (wanted === BEHIND_STRING) pickBehindString(state, chunk, at, taken)
    state.position += taken
    at += taken
    if (state.position < state.length) return true
    const going = packets.complete(context, state)
    state.first = -1
    if (!going) return false
  }
  return true
}

const NOTHING = 0
const IN_FRONT = 1
const BEHIND_STRING = 2

/** Where a packet has the two bytes that `value` takes. */
function wants(first: number): number {
  const type = first >> 4
  if (type === PUBLISH) return (first & 0x06) === 0 ? NOTHING : BEHIND_STRING
  if (type === CONNECT) return BEHIND_STRING
  return type >= CONNACK && type <= UNSUBACK ? IN_FRONT : NOTHING
}

/** Takes what this piece of the packet has of the two bytes at `from`. */
function pick(state: Scan, chunk: Uint8Array, at: number, taken: number, from: number): void {
  const high = from - state.position
  if (high >= 0 && high < taken) state.value = chunk[at + high]! << 8
  if (high + 1 >= 0 && high + 1 < taken) state.value |= chunk[at + high + 1]!
}

function pickBehindString(state: Scan, chunk: Uint8Array, at: number, taken: number): void {
  const { position } = state
  if (position === 0 && taken > 0) state.lead = chunk[at]! << 8
  if (position <= 1 && position + taken > 1) state.lead |= chunk[at + 1 - position]!
  if (position + taken > 1) pick(state, chunk, at, taken, state.lead + 2)
}
