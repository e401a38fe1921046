import { isIP } from 'node:net'

/** Addresses that have their first bits in common: IPv4 in 32, IPv6 in 128. */
export interface Network {
  readonly family: 4 | 6
  /** How many bits are in common. */
  readonly length: number
  /** These bits, as a number. */
  readonly prefix: bigint
  /** In its shortest common spelling: `10.0.0.0/8`, `10.0.0.7`. */
  readonly text: string
}

/** An address or network in CIDR notation; undefined when `text` is neither. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', suffix, ...more] = text.split('/')
  const bits = bitsOf(address)
  if (!bits || more.length > 0 || (suffix !== undefined && !/^\d{1,3}$/.test(suffix))) return undefined
  const { family } = bits
  const width = family === 4 ? 32 : 128
  // The length of a mapped address counts the bits of the mapping too.
  const written = suffix === undefined ? width : Number(suffix) - (bits.mapped ? 96 : 0)
  if (written < 0 || written > width) return undefined
  const prefix = prefixOf(bits.value, width, written)
  const first = textOf(family, prefix << BigInt(width - written))
  return { family, length: written, prefix, text: written === width ? first : `${first}/${written}` }
}

/** Networks with what is known about each; a look-up costs as many steps as there are different lengths. */
export class NetworkTable<V> {
  /** By length, then by the prefix. */
  readonly #tables = { 4: new Map<number, Map<bigint, V>>(), 6: new Map<number, Map<bigint, V>>() }

  set({ family, length, prefix }: Network, value: V): void {
    const lengths = this.#tables[family]
    const prefixes = lengths.get(length) ?? new Map<bigint, V>()
    lengths.set(length, prefixes.set(prefix, value))
  }

  delete({ family, length, prefix }: Network): void {
    const prefixes = this.#tables[family].get(length)
    prefixes?.delete(prefix)
    if (prefixes?.size === 0) this.#tables[family].delete(length)
  }

  /** What is known of the networks that hold the address. */
  *find(address: string): Generator<V> {
    if (this.#tables[4].size === 0 && this.#tables[6].size === 0) return
    const bits = bitsOf(address)
    if (!bits) return
    const width = bits.family === 4 ? 32 : 128
    for (const [length, prefixes] of this.#tables[bits.family]) {
      const found = prefixes.get(prefixOf(bits.value, width, length))
      if (found !== undefined) yield found
    }
  }
}

function bitsOf(address: string): { family: 4 | 6; value: bigint; mapped: boolean } | undefined {
  const plain = address.split('%')[0]!
  const version = isIP(plain)
  if (version === 4) return { family: 4, value: BigInt(ipv4(plain)), mapped: false }
  if (version !== 6) return undefined
  const value = ipv6(plain)
  if (value >> 32n === 0xffffn) return { family: 4, value: value & 0xffff_ffffn, mapped: true }
  return { family: 6, value, mapped: false }
}

function ipv4(address: string): number {
  return address.split('.').reduce((value, part) => value * 256 + Number(part), 0)
}

function ipv6(address: string): bigint {
  const tail = /\d+\.\d+\.\d+\.\d+$/.exec(address)?.[0]
  const low = tail === undefined ? 0 : ipv4(tail)
  const hex =
    tail === undefined ? address : address.replace(tail, `${(low >>> 16).toString(16)}:${(low & 0xffff).toString(16)}`)
  const [head = '', behind] = hex.split('::')
  const groups = head.split(':').filter(Boolean)
  const rest = (behind ?? '').split(':').filter(Boolean)
  while (groups.length + rest.length < 8) groups.push('0')
  return [...groups, ...rest].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
}

function prefixOf(value: bigint, width: number, length: number): bigint {
  return value >> BigInt(width - length)
}

function textOf(family: 4 | 6, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map(shift => (value >> shift) & 0xffn).join('.')
  const groups = Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - at * 16)) & 0xffffn).toString(16))
  // The shortest spelling (RFC 5952) is that of URLs.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
