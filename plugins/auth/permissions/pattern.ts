/** A regular expression or a glob whose work grows with the text times the pattern, whatever either is. */
export interface Pattern {
  test(text: string): boolean
}

type Node =
  | { kind: 'one'; accepts: (character: string) => boolean }
  | { kind: 'start' | 'end' }
  | { kind: 'sequence'; nodes: Node[] }
  | { kind: 'choice'; nodes: Node[] }
  | { kind: 'repeat'; node: Node; least: number; most: number }

type Step =
  | { kind: 'one'; accepts: (character: string) => boolean }
  | { kind: 'start' | 'end' | 'found' }
  | { kind: 'go'; to: number[] }

const LARGEST = 2000
const DEEPEST = 50
const MOST_REPEATS = 250
const REMEMBERED = 1024

/**
 * A regular expression found anywhere in a text: literals, `.`, classes, `^`, `$`, groups, `|`, `*`, `+`, `?`, `{m,n}`.
 * No backtracking takes place, so what would need it (look-around, references) is refused. Throws a sentence.
 */
export function regexp(source: string): Pattern {
  return pattern(new Parser(source).parse())
}

/** A shell glob that matches the whole text: `*`, `?`, `[a-z]`, `[!a-z]`. Throws a sentence. */
export function glob(source: string): Pattern {
  const nodes: Node[] = [{ kind: 'start' }]
  for (const [part] of source.matchAll(/\[!?\]?[^\]]*\]|\\.|./gsu)) {
    if (part === '*') nodes.push({ kind: 'repeat', node: any(), least: 0, most: Number.POSITIVE_INFINITY })
    else if (part === '?') nodes.push(any())
    else if (part.length > 1 && part.startsWith('['))
      nodes.push(oneOf(part.replace(/^\[!/, '[^').replace('[]', '[\\]')))
    else nodes.push(literal(part.replace(/^\\/, '') || part))
  }
  return pattern({ kind: 'sequence', nodes: [...nodes, { kind: 'end' }] })
}

class Parser {
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

const any = (): Node => ({ kind: 'one', accepts: character => character !== '\n' })
const literal = (wanted: string): Node => ({ kind: 'one', accepts: character => character === wanted })

/** A class is left to the engine of the language: of one character it cannot take long. */
function oneOf(text: string): Node {
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

/** All ways through the pattern are followed at once, a character at a time. */
function pattern(node: Node): Pattern {
  const steps: Step[] = []
  let emitted = 0
  const emit = (node: Node): void => {
    if (++emitted > LARGEST) throw new Error('it is too large')
    if (node.kind === 'sequence') node.nodes.forEach(emit)
    else if (node.kind === 'choice') emitChoice(node.nodes)
    else if (node.kind === 'repeat') emitRepeat(node)
    else steps.push(node)
  }
  const emitChoice = (nodes: readonly Node[]): void => {
    const fork = { kind: 'go' as const, to: [] as number[] }
    steps.push(fork)
    const ends: number[][] = []
    for (const each of nodes) {
      fork.to.push(steps.length)
      emit(each)
      const leave = { kind: 'go' as const, to: [] as number[] }
      steps.push(leave)
      ends.push(leave.to)
    }
    for (const end of ends) end.push(steps.length)
  }
  const emitRepeat = ({ node, least, most }: Node & { kind: 'repeat' }): void => {
    for (let copy = 0; copy < least; copy++) emit(node)
    if (most === Number.POSITIVE_INFINITY) {
      const fork = { kind: 'go' as const, to: [steps.length + 1] }
      const begin = steps.push(fork) - 1
      emit(node)
      steps.push({ kind: 'go', to: [begin] })
      fork.to.push(steps.length)
      return
    }
    const forks: number[][] = []
    for (let copy = least; copy < most; copy++) {
      const fork = { kind: 'go' as const, to: [steps.length + 1] }
      steps.push(fork)
      forks.push(fork.to)
      emit(node)
    }
    for (const fork of forks) fork.push(steps.length)
  }
  emit(node)
  steps.push({ kind: 'found' })

  const known = new Map<string, boolean>()
  return {
    test(text) {
      let found = known.get(text)
      if (found === undefined) {
        found = run(steps, [...text])
        if (known.size >= REMEMBERED) known.clear()
        known.set(text, found)
      }
      return found
    },
  }
}

function run(steps: readonly Step[], characters: readonly string[]): boolean {
  const seenAt = new Int32Array(steps.length).fill(-1)
  let ways: number[] = []
  for (let at = 0; at <= characters.length; at++) {
    // A match may begin anywhere.
    const waiting = [...ways, 0]
    const ready: number[] = []
    while (waiting.length > 0) {
      const index = waiting.pop()!
      if (seenAt[index] === at) continue
      seenAt[index] = at
      const step = steps[index]!
      if (step.kind === 'found') return true
      if (step.kind === 'go') waiting.push(...step.to)
      else if (step.kind === 'one') ready.push(index)
      else if (step.kind === 'start' ? at === 0 : at === characters.length) waiting.push(index + 1)
    }
    const character = characters[at]
    ways = []
    if (character === undefined) break
    for (const index of ready) {
      const step = steps[index]!
      if (step.kind === 'one' && step.accepts(character)) ways.push(index + 1)
    }
  }
  return false
}
