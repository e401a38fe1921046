import { isIP } from 'node:net'

/** Bytes that a PROXY header may have: those of version 1 (107) or of version 2 with a generous list of attributes. */
export const LONGEST_HEADER = 4096

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const LONGEST_LINE = 107
const INET = 1
const INET6 = 2

export interface ProxyHeader {
  /** Bytes up to the first one of the client. */
  length: number
  /** Whose connection it is; undefined when the proxy speaks for itself or does not say. */
  source: { address: string; port: number } | undefined
}

/**
 * The PROXY header that `bytes` begins with, version 1 or 2 of haproxy's proxy-protocol.txt; `more` when it is not
 * complete yet, `malformed` when it is none.
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | 'more' | 'malformed' {
  const common = Math.min(bytes.length, SIGNATURE.length)
  if (SIGNATURE.subarray(0, common).equals(bytes.subarray(0, common))) {
    return bytes.length < 16 ? 'more' : readBinary(bytes)
  }
  return readLine(bytes)
}

function readLine(bytes: Buffer): ProxyHeader | 'more' | 'malformed' {
  const end = bytes.subarray(0, LONGEST_LINE).indexOf('\r\n')
  const line = bytes.toString('latin1', 0, end < 0 ? LONGEST_LINE : end)
  if (!(line.startsWith('PROXY ') || 'PROXY '.startsWith(line))) return 'malformed'
  if (end < 0) return bytes.length < LONGEST_LINE ? 'more' : 'malformed'
  if (/^PROXY UNKNOWN( |$)/.test(line)) return { length: end + 2, source: undefined }
  const found = /^PROXY TCP([46]) ([0-9A-Fa-f.:]+) [0-9A-Fa-f.:]+ (\d{1,5}) \d{1,5}$/.exec(line)
  const port = Number(found?.[3])
  if (!found || isIP(found[2]!) !== Number(found[1]) || port > 65_535) return 'malformed'
  return { length: end + 2, source: { address: found[2]!, port } }
}

function readBinary(bytes: Buffer): ProxyHeader | 'more' | 'malformed' {
  const [version, command] = [bytes[12]! >> 4, bytes[12]! & 0x0f]
  const family = bytes[13]! >> 4
  const length = 16 + bytes.readUInt16BE(14)
  if (version !== 2 || command > 1 || length > LONGEST_HEADER) return 'malformed'
  if (bytes.length < length) return 'more'
  if (command === 0 || (family !== INET && family !== INET6)) return { length, source: undefined }
  const size = family === INET ? 4 : 16
  if (length < 16 + 2 * size + 4) return 'malformed'
  const address = bytes.subarray(16, 16 + size)
  return { length, source: { address: written(address), port: bytes.readUInt16BE(16 + 2 * size) } }
}

function written(address: Buffer): string {
  if (address.length === 4) return address.join('.')
  const groups = Array.from({ length: 8 }, (_, at) => address.readUInt16BE(2 * at).toString(16))
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
