/** What a pattern is made of. */
export type Node =
  | { kind: 'one'; accepts: (character: string) => boolean }
  | { kind: 'start' | 'end' }
  | { kind: 'sequence'; nodes: Node[] }
  | { kind: 'choice'; nodes: Node[] }
  | { kind: 'repeat'; node: Node; least: number; most: number }

const DEEPEST = 50
const MOST_REPEATS = 250

/** Reads a regular expression. Throws a sentence about what it does not understand. */
export class Parser {
  readonly #source: string[]
  #at = 0
  #depth = 0

  constructor(source: string) {
    this.#source = [...source]
  }

  parse(): Node {
    const node = this.#choice()
    if (this.#at < this.#source.length) throw new Error('there is a ")" without its "("')
    return node
  }

  #choice(): Node {
    const nodes = [this.#sequence()]
    while (this.#take('|')) nodes.push(this.#sequence())
    return nodes.length === 1 ? nodes[0]! : { kind: 'choice', nodes }
  }

  #sequence(): Node {
    const nodes: Node[] = []
    while (this.#at < this.#source.length && !/^[|)]$/.test(this.#source[this.#at]!)) {
      nodes.push(this.#repeated(this.#atom()))
    }
    return { kind: 'sequence', nodes }
  }

  #repeated(node: Node): Node {
    const [least, most] = this.#take('*')
      ? [0, Number.POSITIVE_INFINITY]
      : this.#take('+')
        ? [1, Number.POSITIVE_INFINITY]
        : this.#take('?')
          ? [0, 1]
          : this.#counts()
    if (least === undefined || most === undefined) return node
    // A lazy quantifier finds another part of the text, but not another answer.
    this.#take('?')
    if (/^[*+?]$/.test(this.#source[this.#at] ?? '')) throw new Error('something is repeated twice in a row')
    return { kind: 'repeat', node, least, most }
  }

  #counts(): [least?: number, most?: number] {
    const [whole, least, more, most] =
      /^\{(\d+)(,(\d*))?\}/.exec(this.#source.slice(this.#at, this.#at + 12).join('')) ?? []
    if (whole === undefined) return []
    this.#at += whole.length
    const bounds: [number, number] = [Number(least), more === undefined ? Number(least) : most ? Number(most) : -1]
    if (bounds[1] === -1) bounds[1] = Number.POSITIVE_INFINITY
    if (bounds[0] > MOST_REPEATS || (bounds[1] > MOST_REPEATS && bounds[1] !== Number.POSITIVE_INFINITY)) {
      throw new Error(`more than ${MOST_REPEATS} repeats are too many`)
    }
    if (bounds[1] < bounds[0]) throw new Error(`${whole} has its numbers the wrong way round`)
    return bounds
  }

  #atom(): Node {
    const character = this.#source[this.#at++]!
    if (character === '^') return { kind: 'start' }
    if (character === '$') return { kind: 'end' }
    if (character === '.') return any()
    if (character === '(') return this.#group()
    if (character === '[') return this.#class()
    if (character === '\\') return this.#escaped()
    if (/^[*+?]$/.test(character)) throw new Error(`there is nothing before "${character}" to repeat`)
    return literal(character)
  }

  #group(): Node {
    if (this.#take('?') && !this.#take(':'))
      throw new Error('of the groups that begin with "(?" only "(?:" is understood')
    if (++this.#depth > DEEPEST) throw new Error('its groups are nested too deep')
    const node = this.#choice()
    this.#depth--
    if (!this.#take(')')) throw new Error('there is a "(" without its ")"')
    return node
  }

  #class(): Node {
    const begin = this.#at - 1
    this.#take('^')
    // A bracket that comes first stands for itself.
    this.#take(']')
    while (this.#at < this.#source.length && this.#source[this.#at] !== ']') {
      this.#at += this.#source[this.#at] === '\\' ? 2 : 1
    }
    if (!this.#take(']')) throw new Error('there is a "[" without its "]"')
    const text = this.#source.slice(begin, this.#at).join('')
    if (/\[[:.=]/.test(text.slice(1))) throw new Error(`classes such as "[:alpha:]" are not understood`)
    return oneOf(text.replace(/^(\[\^?)\]/, '$1\\]'))
  }

  #escaped(): Node {
    const character = this.#source[this.#at++]
    if (character === undefined) throw new Error('it ends with a "\\" that has nothing behind it')
    if (/^[dDwWsS]$/.test(character)) return oneOf(`[\\${character}]`)
    if (/^[a-zA-Z0-9]$/.test(character)) throw new Error(`"\\${character}" is not understood`)
    return literal(character)
  }

  #take(character: string): boolean {
    if (this.#source[this.#at] !== character) return false
    this.#at++
    return true
  }
}

export const any = (): Node => ({ kind: 'one', accepts: character => character !== '\n' })
export const literal = (wanted: string): Node => ({ kind: 'one', accepts: character => character === wanted })

/** A class is left to the engine of the language: of one character it cannot take long. */
export function oneOf(text: string): Node {
  const inner = text.replace(/\\([^a-zA-Z0-9])/gu, (_, character: string) =>
    /[\\\]^-]/.test(character) ? `\\${character}` : character,
  )
  let single: RegExp
  try {
    single = new RegExp(`^${inner}$`, 'u')
  } catch {
    throw new Error(`"${text}" is not a class of characters`)
  }
  return { kind: 'one', accepts: character => single.test(character) }
}
