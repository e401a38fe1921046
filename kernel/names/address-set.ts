import { BlockList, isIP } from 'node:net'

const REMEMBERED = 1024

/** IP addresses and networks, as allow-lists, proxies and rules name them: `10.0.0.7`, `127.0.0.1/8`, `::1/128`. */
export class AddressSet {
  /** As they were written. */
  readonly texts: readonly string[]
  readonly #list = new BlockList()
  readonly #all: boolean
  /** A look into the list costs a microsecond, and the same few addresses ask all the time. */
  readonly #known = new Map<string, boolean>()

  /** `all` stands for every address. Throws a sentence about the first text that is no address. */
  constructor(texts: readonly string[]) {
    this.texts = texts
    this.#all = texts.includes('all')
    for (const text of texts) if (text !== 'all') this.#add(text)
  }

  get empty(): boolean {
    return this.texts.length === 0
  }

  toJSON(): readonly string[] {
    return this.texts
  }

  has(address: string): boolean {
    if (this.#all) return true
    let inside = this.#known.get(address)
    if (inside === undefined) {
      const version = isIP(address)
      inside = version !== 0 && this.#list.check(address, version === 4 ? 'ipv4' : 'ipv6')
      if (this.#known.size >= REMEMBERED) this.#known.clear()
      this.#known.set(address, inside)
    }
    return inside
  }

  #add(text: string): void {
    const [address = '', length, ...more] = text.split('/')
    const version = isIP(address)
    const bits = version === 4 ? 32 : 128
    const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN
    if (version === 0 || more.length > 0 || !(prefix <= bits)) {
      throw new Error(`"${text}" is no address and no network: expected one such as 10.0.0.7, 127.0.0.0/8 or ::1`)
    }
    // A mapped IPv4 address is compared as IPv4, whichever way it comes in.
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
    if (mapped !== undefined && prefix >= 96) this.#list.addSubnet(mapped, prefix - 96, 'ipv4')
    else this.#list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6')
  }
}

/** What one caller can easily have many of: an IPv6 address stands for its /64. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':').filter(Boolean)
  const behind = tail === undefined ? 0 : tail.split(':').filter(Boolean).length
  while (tail !== undefined && groups.length + behind < 8) groups.push('0')
  return `${groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** An address as callers are known by: IPv4 without its IPv6 mapping, IPv6 without a zone. */
export function plainAddress(address: string): string {
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice(7)
  const zone = address.indexOf('%')
  return zone < 0 ? address : address.slice(0, zone)
}
