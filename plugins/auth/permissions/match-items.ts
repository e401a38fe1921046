import { Addresses } from './addresses.js'
import { type Asking, type Matcher, once, type Surroundings } from './asking.js'
import type { Blocks, Item } from './blocks.js'
import { compile, isPattern } from './read-items.js'
import { callerName, enumerate, itemText } from './words.js'

type Test = (asking: Asking) => boolean

/** Items as tests. Each acl is compiled once, and asked once in a decision. */
export class Items {
  readonly #acls = new Map<string, Matcher>()
  readonly #tests = new Map<string, Matcher>()
  readonly #addresses = new Addresses()
  readonly #blocks: Blocks
  readonly #surroundings: Surroundings

  constructor(blocks: Blocks, surroundings: Surroundings) {
    this.#blocks = blocks
    this.#surroundings = surroundings
  }

  of(item: Item): Matcher {
    if (item.key === 'acl') return this.acl(item.value)
    const text = itemText(item)
    const test = this.#tests.get(text) ?? {
      text,
      matches: this.#test(item),
      misses: (asking: Asking) => misses(item, asking),
    }
    this.#tests.set(text, test)
    return test
  }

  acl(name: string): Matcher {
    let acl = this.#acls.get(name)
    if (!acl) {
      // Known before its parts are compiled: a part may lead back here.
      let any: Test = () => false
      const items = this.#blocks.acl.get(name)
      const matches = once(items ? asking => any(asking) : this.#undefined(name))
      acl = { text: `acl: ${name}`, matches, misses: asking => this.#misses(name, items, asking) }
      this.#acls.set(name, acl)
      any = this.any(items ?? [])
    }
    return acl
  }

  /** Whether one of the items matches. Users and addresses are looked up, not gone through. */
  any(items: readonly Item[]): Test {
    const users = new Set<string>()
    const names = new Set<string>()
    const addresses: string[] = []
    const tests: Test[] = []
    for (const item of items) {
      if (item.key === 'user' && item.host !== undefined) users.add(`${item.value}@${item.host}`)
      else if (item.key === 'user') names.add(item.value)
      else if (item.key === 'ip') addresses.push(item.value)
      else tests.push(this.of(item).matches)
    }
    if (names.size > 0)
      tests.push(({ local, domain }) => local !== undefined && names.has(local) && this.#serves(domain))
    if (users.size > 0) tests.push(({ jid }) => jid !== undefined && users.has(jid))
    if (addresses.length > 0) tests.push(this.#addresses.test(addresses))
    if (tests.length === 1) return tests[0]!
    return asking => {
      for (const test of tests) if (test(asking)) return true
      return false
    }
  }

  /** Without a definition `admin` are the operators of level 3, and every other name is nobody. */
  #undefined(name: string): Test {
    if (name !== 'admin') return () => false
    return ({ identity }) => (identity?.kind === 'operator' || identity?.kind === 'token') && identity.level === 3
  }

  #misses(name: string, items: readonly Item[] | undefined, { identity }: Asking): string {
    const who = callerName(identity)
    if (items) return `acl "${name}" has ${enumerate(items.map(short), 'and')}, not ${who}`
    if (name !== 'admin') return `acl "${name}" is not defined, so it has nobody`
    return `acl "admin" has the administrators among the operators, not ${who}`
  }

  #serves(domain: string | undefined): boolean {
    return domain !== undefined && this.#surroundings.hosts.includes(domain)
  }

  #test({ key, value, host }: Item): Test {
    const served = (domain: string | undefined) => this.#serves(domain)
    if (key === 'all') return () => true
    if (key === 'none' || key === 'acl') return () => false
    if (key === 'ip') return this.#addresses.test([value])
    if (key === 'user') {
      if (host === undefined) return ({ local, domain }) => local === value && served(domain)
      return ({ local, domain }) => local === value && domain === host
    }
    if (key === 'server') return ({ domain }) => domain === value
    // A call has no resource, which is the empty one to ejabberd.
    if (key === 'resource') return () => false
    if (!isPattern(key)) return () => false
    const pattern = compile(key, value)
    const [part] = key.split('_')
    if (part === 'server') return ({ domain }) => domain !== undefined && pattern.test(domain)
    if (part === 'resource') return ({ local }) => local !== undefined && pattern.test('')
    if (part === 'node') {
      const domains = compile(key, host ?? '')
      return ({ local, domain }) =>
        local !== undefined && domain !== undefined && pattern.test(local) && domains.test(domain)
    }
    const there = host === undefined ? served : (domain: string | undefined) => domain === host
    return ({ local, domain }) => local !== undefined && there(domain) && pattern.test(local)
  }
}

/** Within the list of an acl, users need no key. */
function short(item: Item): string {
  if (item.key === 'user') return item.host === undefined ? item.value : `${item.value}@${item.host}`
  return item.key === 'ip' ? item.value : itemText(item)
}

function misses(item: Item, { call, identity }: Asking): string {
  if (item.key === 'none') return '"none" is nobody'
  if (item.key === 'ip') return `"${itemText(item)}" does not contain ${call.address}`
  return `"${itemText(item)}" is not ${callerName(identity)}`
}
